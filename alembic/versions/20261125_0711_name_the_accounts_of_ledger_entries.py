"""Name the accounts of ledger entries.

Revision: 20261125_0711
After: 20261125_0710
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0711"
down_revision = "20261125_0710"
branch_labels = None
depends_on = None

FROM_ACCOUNT = (
    "CASE WHEN kind = 'grant' OR kind = 'adjust' AND amount > 0 THEN 'issued' WHEN kind = 'settle' OR "
    "kind = 'release' THEN 'held' WHEN kind = 'refund' THEN 'spent' ELSE 'available' END"
)
TO_ACCOUNT = (
    "CASE WHEN kind = 'charge' OR kind = 'settle' THEN 'spent' WHEN kind = 'hold' THEN 'held' "
    "WHEN kind = 'expire' THEN 'expired' WHEN kind = 'adjust' AND amount < 0 THEN 'issued' "
    "ELSE 'available' END"
)
AMOUNT_IS_WHAT_MOVED = (
    "CASE WHEN kind = 'grant' OR kind = 'refund' THEN amount = moved "
    "WHEN kind = 'hold' OR kind = 'release' THEN amount = 0 "
    "WHEN kind = 'adjust' THEN abs(amount) = moved ELSE amount = -moved END"
)


def upgrade() -> None:
    """Let each entry name the account that its credits leave and the one that they enter."""
    op.add_column("ledger_entries", sa.Column("moved", sa.BigInteger(), nullable=True))
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_immutable")
    op.execute("UPDATE ledger_entries SET moved = abs(amount)")
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_immutable")
    op.alter_column("ledger_entries", "moved", nullable=False)
    for name, rule in (("from_account", FROM_ACCOUNT), ("to_account", TO_ACCOUNT)):
        account = sa.Column(name, sa.String(length=9), sa.Computed(rule, persisted=True), nullable=False)
        op.add_column("ledger_entries", account)
    op.add_column("ledger_entries", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("ledger_entries", sa.Column("grant_id", sa.Uuid(), nullable=True))
    op.add_column("ledger_entries", sa.Column("hold_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f("ck_ledger_entries_moved_positive"), "ledger_entries", "moved > 0")
    op.create_check_constraint(
        op.f("ck_ledger_entries_amount_is_what_moved"), "ledger_entries", AMOUNT_IS_WHAT_MOVED
    )
    op.drop_constraint(op.f("ck_ledger_entries_charge_takes"), "ledger_entries", type_="check")
    op.drop_constraint(op.f("ck_ledger_entries_grant_gives"), "ledger_entries", type_="check")
    op.drop_index(
        "uq_ledger_entries_charge_id",
        table_name="ledger_entries",
        postgresql_where=sa.text("charge_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Leave the accounts to the reader."""
    op.create_index(
        "uq_ledger_entries_charge_id",
        "ledger_entries",
        ["organization_id", "charge_id"],
        unique=True,
        postgresql_where=sa.text("charge_id IS NOT NULL"),
    )
    op.create_check_constraint(
        op.f("ck_ledger_entries_grant_gives"), "ledger_entries", "kind <> 'grant' OR amount > 0"
    )
    op.create_check_constraint(
        op.f("ck_ledger_entries_charge_takes"), "ledger_entries", "kind <> 'charge' OR amount < 0"
    )
    op.drop_constraint(op.f("ck_ledger_entries_amount_is_what_moved"), "ledger_entries", type_="check")
    op.drop_constraint(op.f("ck_ledger_entries_moved_positive"), "ledger_entries", type_="check")
    for name in ("hold_id", "grant_id", "position", "to_account", "from_account", "moved"):
        op.drop_column("ledger_entries", name)
