"""Create signing keys table.

Revision: 20261125_0330
After: 20261125_0325
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0330"
down_revision = "20261125_0325"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; the first process that serves makes the first keys."""
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("sealed_private_key", sa.LargeBinary(), nullable=True),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('next', 'current', 'retiring', 'retired')", name=op.f("ck_signing_keys_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'retired') = (sealed_private_key IS NULL)", name=op.f("ck_signing_keys_retired_erased")
        ),
        sa.CheckConstraint(
            "(state IN ('retiring', 'retired')) = (retires_at IS NOT NULL)",
            name=op.f("ck_signing_keys_retires"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_keys_kid")),
    )
    op.create_index(
        "ix_signing_keys_state",
        "signing_keys",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state IN ('next', 'current')"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("ix_signing_keys_state", table_name="signing_keys")
    op.drop_table("signing_keys")
