"""Add units, limits of one's own, and caps by the period.

Revision: 20261125_0730
After: 20261125_0722
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "20261125_0730"
down_revision = "20261125_0722"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let limits count credits, and organizations and keys have limits of their own."""
    unit = sa.Column("unit", sa.String(length=10), server_default="requests", nullable=False)
    op.add_column("plan_limits", unit)
    op.create_check_constraint(
        op.f("ck_plan_limits_unit_known"), "plan_limits", "unit IN ('requests', 'credits')"
    )
    for table in ("organizations", "api_keys"):
        limits = sa.Column(
            "limits", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        )
        op.add_column(table, limits)
    op.add_column("api_keys", sa.Column("credit_cap_period", sa.String(length=5), nullable=True))
    op.add_column("api_keys", sa.Column("spending_since", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_api_keys_credit_cap_period_known"), "api_keys", "credit_cap_period IN ('day', 'month')"
    )


def downgrade() -> None:
    """Drop the columns, with their constraints."""
    op.drop_constraint(op.f("ck_api_keys_credit_cap_period_known"), "api_keys", type_="check")
    for name in ("spending_since", "credit_cap_period", "limits"):
        op.drop_column("api_keys", name)
    op.drop_column("organizations", "limits")
    op.drop_constraint(op.f("ck_plan_limits_unit_known"), "plan_limits", type_="check")
    op.drop_column("plan_limits", "unit")
