"""Add impersonators.

Revision: 20261125_0410
After: 20261125_0401
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0410"
down_revision = "20261125_0401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add who acts for the user of a session, and of an event."""
    op.add_column("audit_events", sa.Column("impersonator_id", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("impersonator_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_sessions_impersonator_id_users"),
        "sessions",
        "users",
        ["impersonator_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_sessions_impersonator_id"), "sessions", ["impersonator_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_sessions_impersonator_id"), table_name="sessions")
    op.drop_constraint(op.f("fk_sessions_impersonator_id_users"), "sessions", type_="foreignkey")
    op.drop_column("sessions", "impersonator_id")
    op.drop_column("audit_events", "impersonator_id")
