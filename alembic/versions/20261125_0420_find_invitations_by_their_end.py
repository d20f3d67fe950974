"""Find invitations by their end.

Revision: 20261125_0420
After: 20261125_0411
"""

from alembic import op

revision = "20261125_0420"
down_revision = "20261125_0411"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index that housekeeping reads."""
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_invitations_expires_at"), table_name="invitations")
