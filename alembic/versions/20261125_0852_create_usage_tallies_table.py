"""Create usage tallies table.

Revision: 20261125_0852
After: 20261125_0842
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "20261125_0852"
down_revision = "20261125_0842"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "usage_tallies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("api_key_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outcomes", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("credits", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("times_us", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("tagged_places", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_tallies")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("usage_tallies")
