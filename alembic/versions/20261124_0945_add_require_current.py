"""Add require current.

Revision: 20261124_0945
After: 20261124_0944
"""

from alembic import op

revision = "20261124_0945"
down_revision = "20261124_0944"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let one statement write all of a decision, or fail as a whole because what it rests on has changed."""
    op.execute(
        """
        CREATE FUNCTION require_current(is_current boolean) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT is_current THEN
                RAISE EXCEPTION 'what was decided rests on what has changed since'
                    USING ERRCODE = 'serialization_failure';
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    """Drop the function."""
    op.execute("DROP FUNCTION require_current(boolean)")
