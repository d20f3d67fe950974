"""Create refunds table.

Revision: 20261125_0716
After: 20261125_0715
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0716"
down_revision = "20261125_0715"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "refunds",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.String(length=255), nullable=False),
        sa.Column("spent_entry_id", sa.Uuid(), nullable=False),
        sa.Column("asked_amount", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("available_after", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount_positive")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_refunds_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "refund_id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_spent_entry_id", "refunds", ["spent_entry_id"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("ix_refunds_spent_entry_id", table_name="refunds")
    op.drop_table("refunds")
