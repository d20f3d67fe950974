"""Create charge ids table.

Revision: 20261125_0710
After: 20261125_0650
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0710"
down_revision = "20261125_0650"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, with what was charged so far."""
    op.create_table(
        "charge_ids",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.String(length=255), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("available_after", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("cost > 0", name=op.f("ck_charge_ids_cost_positive")),
        sa.PrimaryKeyConstraint("organization_id", "charge_id", name=op.f("pk_charge_ids")),
    )
    op.execute(
        """
        INSERT INTO charge_ids (organization_id, charge_id, api_key_id, user_id, cost, available_after,
                                entry_id, created_at)
        SELECT organization_id, charge_id, api_key_id, user_id, -amount, balance_after, id, created_at
        FROM ledger_entries WHERE charge_id IS NOT NULL
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("charge_ids")
