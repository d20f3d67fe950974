"""Which query parameters a route takes, gathered from all it depends on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard, get_args, get_origin

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

REPEATABLE_TYPES = (list, set, frozenset, tuple)


@dataclass(frozen=True, slots=True)
class QueryNames:
    """The names a route knows, and those of them that may be given more than once."""

    all: frozenset[str]
    repeatable: frozenset[str]
    are_all: bool = True
    """Or others may come as well, and are ignored: what a provider adds of its own."""


def declared_query_names(dependant: Dependant) -> QueryNames:
    """The query parameters of a route and of its dependencies."""
    declared = list(query_fields(dependant))
    return QueryNames(
        all=frozenset(name for name, _ in declared),
        repeatable=frozenset(name for name, annotation in declared if is_repeatable(annotation)),
        are_all=not any(ignores_others(model) for model in query_models(dependant)),
    )


def query_fields(dependant: Dependant) -> Iterator[tuple[str, object]]:
    """Name and type of each query parameter; a query model stands for its fields."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if is_model(annotation):
            for name, member in annotation.model_fields.items():
                yield member.alias or name, member.annotation
        else:
            yield field.alias, annotation
    for dependency in dependant.dependencies:
        yield from query_fields(dependency)


def is_repeatable(annotation: object) -> bool:
    """Whether a parameter of this type collects its repetitions."""
    origin = get_origin(annotation) or annotation
    return origin in REPEATABLE_TYPES or any(is_repeatable(part) for part in get_args(annotation))


def query_models(dependant: Dependant) -> Iterator[type[BaseModel]]:
    """The query models of a route and of its dependencies."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if is_model(annotation):
            yield annotation
    for dependency in dependant.dependencies:
        yield from query_models(dependency)


def is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    """Whether this stands for several parameters."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def ignores_others(model: type[BaseModel]) -> bool:
    """Whether a query model says outright that it ignores what it does not know."""
    return model.model_config.get("extra") == "ignore"
