"""Seed plans.

Revision: 20261124_0944
After: 20261124_0943
"""

from uuid import UUID

import sqlalchemy as sa

from alembic import op

revision = "20261124_0944"
down_revision = "20261124_0943"
branch_labels = None
depends_on = None

PLANS = {
    "internal": (UUID("019bc3a0-0000-7000-8000-000000000000"), None),
    "free": (UUID("019bc3a0-0000-7000-8000-000000000001"), 60),
    "pro": (UUID("019bc3a0-0000-7000-8000-000000000002"), 600),
    "enterprise": (UUID("019bc3a0-0000-7000-8000-000000000003"), 6000),
}
"""Name -> (id, calls per minute); `internal` is the operator's own and has no limit."""

plans = sa.table("plans", sa.column("id", sa.Uuid), sa.column("name"), sa.column("version"))
plan_limits = sa.table(
    "plan_limits",
    sa.column("plan_id", sa.Uuid),
    sa.column("name"),
    sa.column("quota"),
    sa.column("period_seconds"),
    sa.column("burst"),
)


def upgrade() -> None:
    """Insert the plans every installation starts with."""
    op.bulk_insert(plans, [{"id": key, "name": name, "version": 1} for name, (key, _) in PLANS.items()])
    limits = [
        {"plan_id": key, "name": "minute", "quota": quota, "period_seconds": 60, "burst": quota}
        for key, quota in PLANS.values()
        if quota is not None
    ]
    op.bulk_insert(plan_limits, limits)


def downgrade() -> None:
    """Remove them, unless an organization is on one."""
    op.execute(plans.delete().where(plans.c.id.in_([key for key, _ in PLANS.values()])))
