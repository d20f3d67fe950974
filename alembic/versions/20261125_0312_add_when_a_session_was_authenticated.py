"""Add when a session was authenticated.

Revision: 20261125_0312
After: 20261124_0945
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0312"
down_revision = "20261124_0945"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a session of before was authenticated when it was opened."""
    op.add_column("sessions", sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sessions SET authenticated_at = created_at")
    op.alter_column("sessions", "authenticated_at", nullable=False, server_default=sa.text("now()"))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("sessions", "authenticated_at")
