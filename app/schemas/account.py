"""What people take away of what is stored about them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from app.schemas.base import ResponseModel


class AccountExport(ResponseModel):
    """Everything that is stored about a person, but secrets."""

    exported_at: datetime
    sections: Annotated[
        dict[str, list[dict[str, Any]]],
        Field(
            description="The rows of each kind, newest first, with the names of their members in this API.",
            examples=[{"profile": [{"email": "owner@example.org"}], "sessions": []}],
        ),
    ]
    truncated: Annotated[
        list[str],
        Field(description="Sections of which only the newest 10,000 rows are here.", examples=[[]]),
    ]
