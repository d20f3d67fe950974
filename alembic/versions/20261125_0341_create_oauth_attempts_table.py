"""Create oauth attempts table.

Revision: 20261125_0341
After: 20261125_0340
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0341"
down_revision = "20261125_0340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "oauth_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state_digest", sa.LargeBinary(), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("return_to", sa.String(length=2000), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_oauth_attempts_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_attempts")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_oauth_attempts_state_digest")),
    )
    op.create_index(op.f("ix_oauth_attempts_expires_at"), "oauth_attempts", ["expires_at"], unique=False)
    op.create_index(op.f("ix_oauth_attempts_session_id"), "oauth_attempts", ["session_id"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(op.f("ix_oauth_attempts_session_id"), table_name="oauth_attempts")
    op.drop_index(op.f("ix_oauth_attempts_expires_at"), table_name="oauth_attempts")
    op.drop_table("oauth_attempts")
