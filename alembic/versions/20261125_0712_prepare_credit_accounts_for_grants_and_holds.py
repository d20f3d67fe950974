"""Prepare credit accounts for grants and holds.

Revision: 20261125_0712
After: 20261125_0711
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0712"
down_revision = "20261125_0711"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an account tell what is held, what was burned, and when it changes by itself."""
    for name in ("held", "burned", "burned_settled"):
        op.add_column("credit_accounts", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("credit_accounts", sa.Column("next_change_at", sa.DateTime(timezone=True), nullable=True))
    for name, rule in (
        ("held_not_negative", "held >= 0"),
        ("balance_in_range", "available + held <= 9000000000000000"),
        ("burned_settled_in_range", "burned_settled BETWEEN 0 AND burned"),
    ):
        op.create_check_constraint(op.f(f"ck_credit_accounts_{name}"), "credit_accounts", rule)


def downgrade() -> None:
    """Drop the columns, with their constraints."""
    for name in ("burned_settled_in_range", "balance_in_range", "held_not_negative"):
        op.drop_constraint(op.f(f"ck_credit_accounts_{name}"), "credit_accounts", type_="check")
    for name in ("next_change_at", "burned_settled", "burned", "held"):
        op.drop_column("credit_accounts", name)
