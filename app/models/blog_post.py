"""The reference entity: copy this slice to write your own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IdentifiedMixin, TimestampMixin, VersionedMixin
from app.schemas.blog_post import BlogPostStatus


class BlogPost(IdentifiedMixin, TimestampMixin, VersionedMixin, Base):
    """An article of an organization, in Markdown: a draft until it is published."""

    __tablename__ = "blog_posts"
    __table_args__ = (
        UniqueConstraint("organization_id", "slug"),
        CheckConstraint("status IN ('draft', 'published')", name="status_known"),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="published_has_date"),
        Index(
            "ix_blog_posts_published_at_id",
            "published_at",
            "id",
            postgresql_where=text("status = 'published'"),
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    """None when the author's account is gone: the post is the organization's."""
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(220))
    body: Mapped[str]
    status: Mapped[str] = mapped_column(String(10), default=BlogPostStatus.DRAFT)
    published_at: Mapped[datetime | None]

    def publish(self, now: datetime) -> None:
        """Show the post to everyone; the first date stays."""
        self.status = BlogPostStatus.PUBLISHED
        self.published_at = self.published_at or now

    def unpublish(self) -> None:
        """Hide the post again; it keeps the date of its first publication."""
        self.status = BlogPostStatus.DRAFT
