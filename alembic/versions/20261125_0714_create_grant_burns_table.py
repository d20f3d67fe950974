"""Create grant burns table.

Revision: 20261125_0714
After: 20261125_0713
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0714"
down_revision = "20261125_0713"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "grant_burns",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("to_position", sa.BigInteger(), nullable=False),
        sa.Column("from_position", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "from_position >= 0 AND from_position < to_position", name=op.f("ck_grant_burns_stretch_forwards")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["credit_grants.id"], name=op.f("fk_grant_burns_grant_id_credit_grants")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["credit_accounts.organization_id"],
            name=op.f("fk_grant_burns_organization_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "to_position", name=op.f("pk_grant_burns")),
    )
    op.create_index(op.f("ix_grant_burns_grant_id"), "grant_burns", ["grant_id"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_index(op.f("ix_grant_burns_grant_id"), table_name="grant_burns")
    op.drop_table("grant_burns")
