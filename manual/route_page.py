"""The routes: who may call each and what it takes, from the OpenAPI document."""

from itertools import groupby
from typing import Any

from manual.markdown import code, codes, page, table
from manual.operations import Operation, operations

HEADS = ("Route", "Does", "Who may call", "Takes")
TOLD = (
    "Every route of the API, in the order of the OpenAPI document, which a server answers at `/openapi.json` "
    "with every schema, and shows at `/docs`. A scope is needed by a session and by an API key alike. "
    "*Repeatable*: under one [`Idempotency-Key`](../idempotency.md) it is done once."
)
FRESH = "lately proved"
WHO = {"access_token": "a session", "api_key": "an API key"}


def route_page(document: dict[str, Any]) -> str:
    """Every route by its subject."""
    parts = []
    found = sorted(operations(document), key=lambda each: each.tag)
    for tag, group in groupby(found, key=lambda each: each.tag):
        rows = [(code(each.route), each.summary, who(each), toll(each)) for each in group]
        parts.append(f"## {tag}\n\n{table(HEADS, rows)}")
    return page("Routes", TOLD, *parts)


def who(operation: Operation) -> str:
    """Which credentials and scopes a call needs."""
    access = operation.access
    if not access["credentials"]:
        return "everybody"
    told = " or ".join(WHO[kind] for kind in access["credentials"])
    fresh = [FRESH] if access["step_up"] else []
    return "; ".join([told, *fresh, *([codes(access["scopes"])] if access["scopes"] else [])])


def toll(operation: Operation) -> str:
    """The route's own limits, its price, and whether an `Idempotency-Key` counts."""
    access = operation.access
    limits = [f"limit {code(name)}" for name in access["limits"]]
    price = [f"{access['cost_credits']} credits"] if access["cost_credits"] else []
    return "; ".join([*limits, *price, *(["repeatable"] if access["idempotency_key"] else [])])
