"""Create credit grants table.

Revision: 20261125_0713
After: 20261125_0712
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0713"
down_revision = "20261125_0712"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, with a grant for what each organization has."""
    op.create_table(
        "credit_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source IN ('purchase', 'promo', 'plan', 'adjustment')",
            name=op.f("ck_credit_grants_source_known"),
        ),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 9000000000000000", name=op.f("ck_credit_grants_amount_in_range")
        ),
        sa.CheckConstraint("ended_at IS NULL OR remaining = 0", name=op.f("ck_credit_grants_ended_is_empty")),
        sa.CheckConstraint(
            "expires_at > effective_at", name=op.f("ck_credit_grants_expires_after_effective")
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 100", name=op.f("ck_credit_grants_priority_in_range")),
        sa.CheckConstraint(
            "remaining BETWEEN 0 AND amount", name=op.f("ck_credit_grants_remaining_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_credit_grants_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grants")),
    )
    op.create_index(
        "ix_credit_grants_organization_id_id", "credit_grants", ["organization_id", "id"], unique=False
    )
    op.create_index(
        "ix_credit_grants_organization_id_open",
        "credit_grants",
        ["organization_id"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    # What organizations have already came without an end.
    op.execute(
        """
        INSERT INTO credit_grants (id, organization_id, amount, remaining, source, priority, effective_at,
                                   reason, entered_at)
        SELECT gen_random_uuid(), organization_id, available, available, 'adjustment', 50, now(),
               'Balance before grants', now()
        FROM credit_accounts WHERE available > 0
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("ix_credit_grants_organization_id_id", table_name="credit_grants")
    op.drop_index(
        "ix_credit_grants_organization_id_open",
        table_name="credit_grants",
        postgresql_where=sa.text("remaining > 0"),
    )
    op.drop_table("credit_grants")
