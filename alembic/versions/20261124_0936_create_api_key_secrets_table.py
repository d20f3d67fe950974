"""Create api key secrets table.

Revision: 20261124_0936
After: 20261124_0935
"""

import sqlalchemy as sa

from alembic import op

revision = "20261124_0936"
down_revision = "20261124_0935"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "api_key_secrets",
        sa.Column("lookup_id", sa.String(length=12), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("pepper_id", sa.SmallInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["api_key_id"],
            ["api_keys.id"],
            name=op.f("fk_api_key_secrets_api_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lookup_id", name=op.f("pk_api_key_secrets")),
    )
    op.create_index(op.f("ix_api_key_secrets_api_key_id"), "api_key_secrets", ["api_key_id"], unique=False)
    op.create_index(
        "uq_api_key_secrets_current",
        "api_key_secrets",
        ["api_key_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(
        "uq_api_key_secrets_current",
        table_name="api_key_secrets",
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.drop_index(op.f("ix_api_key_secrets_api_key_id"), table_name="api_key_secrets")
    op.drop_table("api_key_secrets")
