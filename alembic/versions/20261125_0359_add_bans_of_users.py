"""Add bans of users.

Revision: 20261125_0359
After: 20261125_0358
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0359"
down_revision = "20261125_0358"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when and why a user was banned."""
    op.add_column("users", sa.Column("banned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("ban_reason", sa.String(length=200), nullable=True))
    op.create_check_constraint(
        op.f("ck_users_banned_is_disabled"), "users", "banned_at IS NULL OR NOT is_active"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_constraint(op.f("ck_users_banned_is_disabled"), "users", type_="check")
    op.drop_column("users", "ban_reason")
    op.drop_column("users", "banned_at")
