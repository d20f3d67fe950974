"""Create credit accounts table.

Revision: 20261124_0939
After: 20261124_0938
"""

import sqlalchemy as sa

from alembic import op

revision = "20261124_0939"
down_revision = "20261124_0938"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "credit_accounts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "available BETWEEN 0 AND 9000000000000000", name=op.f("ck_credit_accounts_available_in_range")
        ),
        sa.CheckConstraint("last_sequence >= 0", name=op.f("ck_credit_accounts_last_sequence_not_negative")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_credit_accounts_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_credit_accounts")),
        postgresql_with={"fillfactor": "50"},
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("credit_accounts")
