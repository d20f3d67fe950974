"""Create credit holds table.

Revision: 20261125_0715
After: 20261125_0714
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0715"
down_revision = "20261125_0714"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "credit_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("settled_entry_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_after", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("charge_id", sa.String(length=255), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_credit_holds_ended_when_not_open")
        ),
        sa.CheckConstraint(
            "(state = 'settled') = (settled IS NOT NULL)", name=op.f("ck_credit_holds_settled_when_settled")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'settled', 'released', 'expired')", name=op.f("ck_credit_holds_state_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_holds_amount_positive")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_credit_holds_expires_after_created")),
        sa.CheckConstraint(
            "settled BETWEEN 0 AND amount", name=op.f("ck_credit_holds_settled_within_amount")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_credit_holds_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_holds")),
    )
    op.create_index(
        "ix_credit_holds_api_key_id_open",
        "credit_holds",
        ["api_key_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_credit_holds_organization_id_expires_at_open",
        "credit_holds",
        ["organization_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_credit_holds_organization_id_id", "credit_holds", ["organization_id", "id"], unique=False
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(
        "ix_credit_holds_api_key_id_open",
        table_name="credit_holds",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "ix_credit_holds_organization_id_expires_at_open",
        table_name="credit_holds",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_credit_holds_organization_id_id", table_name="credit_holds")
    op.drop_table("credit_holds")
