"""Create credit events table.

Revision: 20261125_1121
After: 20261125_1120
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_1121"
down_revision = "20261125_1120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and make its rows immutable for every role and every client."""
    op.create_table(
        "credit_events",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("available_after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "available_after BETWEEN 0 AND threshold", name=op.f("ck_credit_events_available_after_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_credit_events_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("entry_id", "threshold", name=op.f("pk_credit_events")),
        sa.UniqueConstraint(
            "organization_id", "sequence", name=op.f("uq_credit_events_organization_id_sequence")
        ),
    )
    op.execute(
        """
        CREATE FUNCTION refuse_credit_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'credit events are immutable' USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER credit_events_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_credit_event_change()
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("credit_events")
    op.execute("DROP FUNCTION refuse_credit_event_change()")
