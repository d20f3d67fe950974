"""A body that is a form, read into its model."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.api.strict_form import parse_form, require_form
from app.api.validation_problems import field_problems
from app.core.exceptions import ValidationFailedError

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class FormBody(Generic[M]):
    """Reads a form: `Annotated[TokenForm, Depends(FormBody(TokenForm))]`.

    Fields that are not known are passed over (RFC 6749, section 3.2 demands it).
    """

    model: type[M]

    async def __call__(self, request: Request) -> M:
        """The form, or 400, 415 and 422 as for every body."""
        require_form(request.scope["headers"])
        fields = parse_form(await request.body())
        try:
            return self.model.model_validate(fields)
        except ValidationError as error:
            errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
            raise ValidationFailedError(field_problems(errors, fields)) from None
