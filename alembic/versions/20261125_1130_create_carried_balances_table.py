"""Create carried balances table.

Revision: 20261125_1130
After: 20261125_1121
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_1130"
down_revision = "20261125_1121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "carried_balances",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_carried_balances_sequence_positive")),
        sa.CheckConstraint("available >= 0", name=op.f("ck_carried_balances_available_not_negative")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_carried_balances_held_not_negative")),
        sa.CheckConstraint(
            "issued = available + held + spent + expired", name=op.f("ck_carried_balances_balanced")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_carried_balances")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("carried_balances")
