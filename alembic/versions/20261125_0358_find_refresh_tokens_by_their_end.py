"""Find refresh tokens by their end.

Revision: 20261125_0358
After: 20261125_0355
"""

from alembic import op

revision = "20261125_0358"
down_revision = "20261125_0355"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, for those that are forgotten."""
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_refresh_tokens_expires_at"), table_name="refresh_tokens")
