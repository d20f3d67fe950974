"""Create rate limit states table.

Revision: 20261124_0941
After: 20261124_0940
"""

import sqlalchemy as sa

from alembic import op

revision = "20261124_0941"
down_revision = "20261124_0940"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rate_limit_states",
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tat_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name", name=op.f("pk_rate_limit_states")),
        postgresql_with={"fillfactor": "50"},
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rate_limit_states")
