"""Create usage rollups table.

Revision: 20261125_0853
After: 20261125_0852
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "20261125_0853"
down_revision = "20261125_0852"
branch_labels = None
depends_on = None

# The default one takes what no month is made for: a write never fails because a month is missing.
DEFAULT_PARTITION = """
CREATE TABLE partitions.usage_rollups_default PARTITION OF usage_rollups DEFAULT WITH (fillfactor = 70)
"""
MONTHS = """
DO $$
DECLARE month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
BEGIN
    FOR ahead IN 0..3 LOOP
        EXECUTE format(
            'CREATE TABLE partitions.%I PARTITION OF usage_rollups FOR VALUES FROM (%L) TO (%L)'
            ' WITH (fillfactor = 70)',
            'usage_rollups_' || to_char(month, 'YYYY_MM'),
            month AT TIME ZONE 'UTC',
            (month + interval '1 month') AT TIME ZONE 'UTC'
        );
        month := month + interval '1 month';
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Create the table, with the partitions of this month and the next three."""
    op.create_table(
        "usage_rollups",
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("tag", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("times", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("calls >= 0", name=op.f("ck_usage_rollups_calls_not_negative")),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_usage_rollups_credits_not_negative")),
        sa.UniqueConstraint(
            "organization_id",
            "hour",
            "api_key_id",
            "tag",
            "outcome",
            name=op.f("uq_usage_rollups_organization_id_hour_api_key_id_tag_outcome"),
            postgresql_nulls_not_distinct=True,
        ),
        postgresql_partition_by="RANGE (hour)",
    )
    op.create_index(op.f("ix_usage_rollups_hour"), "usage_rollups", ["hour"], unique=False)
    # A schema of their own, so that ours holds what the models say and no more.
    op.execute("CREATE SCHEMA partitions")
    op.execute(DEFAULT_PARTITION)
    op.execute(MONTHS)


def downgrade() -> None:
    """Drop the table and its partitions."""
    op.drop_table("usage_rollups")
    op.execute("DROP SCHEMA partitions")
