"""Add purposes to oauth attempts.

Revision: 20261125_0722
After: 20261125_0716
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0722"
down_revision = "20261125_0716"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what a session has begun so far wants to link."""
    op.add_column("oauth_attempts", sa.Column("purpose", sa.String(length=20), nullable=True))
    op.add_column("oauth_attempts", sa.Column("invitation_digest", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE oauth_attempts SET purpose = CASE WHEN session_id IS NULL THEN 'sign_in' ELSE 'link' END"
    )
    op.alter_column("oauth_attempts", "purpose", nullable=False)
    op.create_check_constraint(
        op.f("ck_oauth_attempts_purpose_known"),
        "oauth_attempts",
        "purpose IN ('sign_in', 'link', 'reauthenticate')",
    )
    op.create_check_constraint(
        op.f("ck_oauth_attempts_known_session"),
        "oauth_attempts",
        "(purpose = 'sign_in') = (session_id IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_oauth_attempts_invited_to_sign_in"),
        "oauth_attempts",
        "purpose = 'sign_in' OR invitation_digest IS NULL",
    )


def downgrade() -> None:
    """Drop the columns; a session that wants to be fresh must ask again."""
    op.execute("DELETE FROM oauth_attempts WHERE purpose = 'reauthenticate'")
    op.drop_constraint(op.f("ck_oauth_attempts_invited_to_sign_in"), "oauth_attempts", type_="check")
    op.drop_constraint(op.f("ck_oauth_attempts_known_session"), "oauth_attempts", type_="check")
    op.drop_constraint(op.f("ck_oauth_attempts_purpose_known"), "oauth_attempts", type_="check")
    op.drop_column("oauth_attempts", "invitation_digest")
    op.drop_column("oauth_attempts", "purpose")
