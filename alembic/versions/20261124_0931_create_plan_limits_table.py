"""Create plan limits table.

Revision: 20261124_0931
After: 20261124_0930
"""

import sqlalchemy as sa

from alembic import op

revision = "20261124_0931"
down_revision = "20261124_0930"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "plan_limits",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=False),
        sa.Column("period_seconds", sa.BigInteger(), nullable=False),
        sa.Column("burst", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("burst BETWEEN 1 AND 1000000", name=op.f("ck_plan_limits_burst_in_range")),
        sa.CheckConstraint(
            "period_seconds BETWEEN 1 AND 2678400", name=op.f("ck_plan_limits_period_in_range")
        ),
        sa.CheckConstraint("quota BETWEEN 1 AND 1000000", name=op.f("ck_plan_limits_quota_in_range")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_limits_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "name", name=op.f("pk_plan_limits")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("plan_limits")
