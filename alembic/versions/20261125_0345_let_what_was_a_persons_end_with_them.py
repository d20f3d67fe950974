"""Let what was a person's end with them.

Revision: 20261125_0345
After: 20261125_0341
"""

import sqlalchemy as sa

from alembic import op

revision = "20261125_0345"
down_revision = "20261125_0341"
branch_labels = None
depends_on = None

CREATOR = "fk_api_keys_created_by_users"
AUTHOR = "fk_blog_posts_author_id_users"


def upgrade() -> None:
    """Keys die with their creator; posts stay without their author."""
    op.drop_constraint(CREATOR, "api_keys", type_="foreignkey")
    op.create_foreign_key(CREATOR, "api_keys", "users", ["created_by"], ["id"], ondelete="CASCADE")
    op.drop_constraint(AUTHOR, "blog_posts", type_="foreignkey")
    op.alter_column("blog_posts", "author_id", existing_type=sa.Uuid(), nullable=True)
    op.create_foreign_key(AUTHOR, "blog_posts", "users", ["author_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    """Nobody who has made something can go; posts without an author cannot stay."""
    op.drop_constraint(AUTHOR, "blog_posts", type_="foreignkey")
    op.execute("DELETE FROM blog_posts WHERE author_id IS NULL")
    op.alter_column("blog_posts", "author_id", existing_type=sa.Uuid(), nullable=False)
    op.create_foreign_key(AUTHOR, "blog_posts", "users", ["author_id"], ["id"])
    op.drop_constraint(CREATOR, "api_keys", type_="foreignkey")
    op.create_foreign_key(CREATOR, "api_keys", "users", ["created_by"], ["id"])
