"""Add previous us to rate limit states.

Revision: 20261125_0318
After: 20261125_0312
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0318"
down_revision = "20261125_0312"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an upsert compare: it carries what its writer believes the bucket to be."""
    op.add_column(
        "rate_limit_states", sa.Column("previous_us", sa.BigInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("rate_limit_states", "previous_us")
