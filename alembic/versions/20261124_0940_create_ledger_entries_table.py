"""Create ledger entries table.

Revision: 20261124_0940
After: 20261124_0939
"""

import sqlalchemy as sa

from alembic import op

revision = "20261124_0940"
down_revision = "20261124_0939"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("charge_id", sa.String(length=255), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind <> 'charge' OR amount < 0", name=op.f("ck_ledger_entries_charge_takes")),
        sa.CheckConstraint("kind <> 'grant' OR amount > 0", name=op.f("ck_ledger_entries_grant_gives")),
        sa.CheckConstraint(
            "kind IN ('grant', 'charge', 'refund', 'hold', 'settle', 'release', 'expire', 'adjust')",
            name=op.f("ck_ledger_entries_kind_known"),
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_ledger_entries_balance_after_not_negative")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_ledger_entries_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint(
            "organization_id", "sequence", name=op.f("uq_ledger_entries_organization_id_sequence")
        ),
    )
    op.create_index(
        "uq_ledger_entries_charge_id",
        "ledger_entries",
        ["organization_id", "charge_id"],
        unique=True,
        postgresql_where=sa.text("charge_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(
        "uq_ledger_entries_charge_id",
        table_name="ledger_entries",
        postgresql_where=sa.text("charge_id IS NOT NULL"),
    )
    op.drop_table("ledger_entries")
