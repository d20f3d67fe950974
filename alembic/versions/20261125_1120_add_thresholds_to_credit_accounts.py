"""Add thresholds to credit accounts.

Revision: 20261125_1120
After: 20261125_1115
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "20261125_1120"
down_revision = "20261125_1115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an organization say at which balances it wants to be told."""
    op.add_column(
        "credit_accounts", sa.Column("thresholds", postgresql.ARRAY(sa.BigInteger()), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_credit_accounts_thresholds_in_range"),
        "credit_accounts",
        "cardinality(thresholds) BETWEEN 1 AND 10 AND 0 <= ALL (thresholds)",
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_constraint(op.f("ck_credit_accounts_thresholds_in_range"), "credit_accounts", type_="check")
    op.drop_column("credit_accounts", "thresholds")
