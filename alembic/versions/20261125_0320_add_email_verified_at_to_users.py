"""Add email verified at to users.

Revision: 20261125_0320
After: 20261125_0319
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0320"
down_revision = "20261125_0319"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; operators made, and so vouched for, everybody who is there already."""
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE users SET email_verified_at = created_at")
    op.alter_column("users", "email_verified_at", nullable=False)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("users", "email_verified_at")
