"""Add has short password to users.

Revision: 20261125_0401
After: 20261125_0359
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0401"
down_revision = "20261125_0359"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; every password so far has 15 characters or more."""
    op.add_column("users", sa.Column("has_short_password", sa.Boolean(), nullable=True))
    op.execute("UPDATE users SET has_short_password = false")
    op.alter_column("users", "has_short_password", nullable=False)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("users", "has_short_password")
