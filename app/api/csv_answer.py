"""Lists as CSV (RFC 4180), streamed, and harmless to the spreadsheet that opens them."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.utils.string import inert_cell

CSV_MEDIA_TYPE = "text/csv"
CSV_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Success", "content": {CSV_MEDIA_TYPE: {"schema": {"type": "string"}}}}
}


def csv_answer(
    model: type[BaseModel], chunks: AsyncIterator[Sequence[object]], *, filename: str
) -> StreamingResponse:
    """One line for the names of `model`'s members, and one for each entity, written as they come."""

    async def lines() -> AsyncIterator[str]:
        yield csv_lines([list(model.model_fields)])
        async for entities in chunks:
            yield csv_lines([row_of(model.model_validate(entity)) for entity in entities])

    disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(lines(), media_type=f"{CSV_MEDIA_TYPE}; charset=utf-8", headers=disposition)


def row_of(model: BaseModel) -> list[str]:
    """The members of a model, as cells."""
    return [cell_of(value) for value in model.model_dump(mode="json").values()]


def cell_of(value: object) -> str:
    """One value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return inert_cell(text)


def csv_lines(rows: list[list[str]]) -> str:
    """The rows, every cell in quotes."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()
