"""Remember how a refresh token was followed.

Revision: 20261125_0325
After: 20261125_0322
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0325"
down_revision = "20261125_0322"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and an index to the few rows that have it."""
    op.add_column("refresh_tokens", sa.Column("successor_salt", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_refresh_tokens_session_id_salted",
        "refresh_tokens",
        ["session_id"],
        unique=False,
        postgresql_where=sa.text("successor_salt IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_refresh_tokens_session_id_salted", table_name="refresh_tokens")
    op.drop_column("refresh_tokens", "successor_salt")
