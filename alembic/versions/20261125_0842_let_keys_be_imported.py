"""Let keys be imported.

Revision: 20261125_0842
After: 20261125_0745
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0842"
down_revision = "20261125_0745"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the beginning of a SHA-256, and for how an imported string begins."""
    op.alter_column(
        "api_key_secrets", "lookup_id", type_=sa.String(length=40), existing_type=sa.String(length=12)
    )
    op.add_column("api_key_secrets", sa.Column("foreign_prefix", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Forget the imported strings, which the older form cannot hold, and keys that have no other."""
    op.execute(
        "DELETE FROM api_keys k USING api_key_secrets s WHERE s.api_key_id = k.id"
        " AND s.foreign_prefix IS NOT NULL AND s.retired_at IS NULL"
    )
    op.execute("DELETE FROM api_key_secrets WHERE foreign_prefix IS NOT NULL")
    op.drop_column("api_key_secrets", "foreign_prefix")
    op.alter_column(
        "api_key_secrets", "lookup_id", type_=sa.String(length=12), existing_type=sa.String(length=40)
    )
