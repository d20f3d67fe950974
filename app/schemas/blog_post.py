"""What is read and written of a blog post."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, ConfigDict, Field, StringConstraints

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import SingleLine, StorableStr
from app.schemas.page import PageParams

TITLE_LENGTH_MAX = 200
BODY_LENGTH_MAX = 100_000
SEARCH_LENGTH_MAX = 100


class BlogPostStatus(StrEnum):
    """Who can see a post: its organization, or everyone."""

    DRAFT = "draft"
    PUBLISHED = "published"


class BlogPostSort(StrEnum):
    """The orders a list can have; posts that tie keep the order of their ids."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    LAST_PUBLISHED = "-published_at"
    FIRST_PUBLISHED = "published_at"
    TITLE = "title"


Title = Annotated[
    StorableStr,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH_MAX),
    SingleLine,
    Field(description="One line, from which the slug is made.", examples=["Hello, world"]),
]
Body = Annotated[
    StorableStr,
    Field(max_length=BODY_LENGTH_MAX, description="Markdown source.", examples=["# Hello\n\nIt *works*."]),
]
Search = Annotated[
    StorableStr,
    Field(
        min_length=1,
        max_length=SEARCH_LENGTH_MAX,
        description="Only posts whose title contains this, whatever its case.",
        examples=["hello"],
    ),
]


class BlogPostCreate(RequestModel):
    """A new draft."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "Hello, world", "body": "# Hello\n\nIt *works*."}]}
    )

    title: Title
    body: Body = ""


class BlogPostUpdate(RequestModel):
    """What to change; members left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Hello again, world"}]})

    title: Title | MISSING = MISSING
    body: Body | MISSING = MISSING


class BlogPostQuery(PageParams):
    """Which of an organization's posts to list."""

    search: Search | None = None
    status: Annotated[BlogPostStatus | None, Field(description="Only drafts, or only published.")] = None
    sort: BlogPostSort = BlogPostSort.NEWEST


class PublishedBlogPostQuery(PageParams):
    """Which of everyone's published posts to list."""

    search: Search | None = None
    organization_id: Annotated[UUID | None, Field(description="Only this organization's posts.")] = None
    sort: BlogPostSort = BlogPostSort.LAST_PUBLISHED


class BlogPostSummary(ResponseModel):
    """A post as lists show it: all but the body."""

    id: UUID
    organization_id: UUID
    author_id: Annotated[UUID | None, Field(description="Null when the author's account is gone.")]
    title: Annotated[str, Field(examples=["Hello, world"])]
    slug: Annotated[str, Field(description="Never changes, so links keep working.", examples=["hello-world"])]
    status: BlogPostStatus
    published_at: Annotated[datetime | None, Field(description="When it was first published.")]
    created_at: datetime
    updated_at: datetime


class BlogPostResponse(BlogPostSummary):
    """A post with all it says."""

    body: Annotated[str, Field(description="Markdown source.", examples=["# Hello\n\nIt *works*."])]
