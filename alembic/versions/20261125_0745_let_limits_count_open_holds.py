"""Let limits count open holds.

Revision: 20261125_0745
After: 20261125_0730
"""

from alembic import op

revision = "20261125_0745"
down_revision = "20261125_0730"
branch_labels = None
depends_on = None

CONSTRAINT = "ck_plan_limits_unit_known"


def upgrade() -> None:
    """Allow the unit."""
    op.drop_constraint(op.f(CONSTRAINT), "plan_limits", type_="check")
    op.create_check_constraint(
        op.f(CONSTRAINT), "plan_limits", "unit IN ('requests', 'credits', 'in_flight')"
    )


def downgrade() -> None:
    """Forget such limits, and refuse the unit."""
    op.execute("DELETE FROM plan_limits WHERE unit = 'in_flight'")
    op.drop_constraint(op.f(CONSTRAINT), "plan_limits", type_="check")
    op.create_check_constraint(op.f(CONSTRAINT), "plan_limits", "unit IN ('requests', 'credits')")
