"""Refuse changes to ledger entries.

Revision: 20261124_0943
After: 20261124_0942
"""

from alembic import op

revision = "20261124_0943"
down_revision = "20261124_0942"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make entries immutable, for every role and every client."""
    op.execute(
        """
        CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger entries are immutable: correct with a new entry'
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER ledger_entries_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()
        """
    )


def downgrade() -> None:
    """Allow changes again."""
    op.execute("DROP TRIGGER ledger_entries_immutable ON ledger_entries")
    op.execute("DROP FUNCTION refuse_ledger_change()")
