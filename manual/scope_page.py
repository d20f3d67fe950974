"""The scopes: who holds each and what it opens, from the scopes and the OpenAPI document."""

from typing import Any

from app.core.scopes import DEVELOPER_SCOPES, MEMBER_SCOPES, OPERATOR_SCOPES, VIEWER_SCOPES, Scope
from manual.markdown import code, codes, page, table
from manual.operations import operations

HOLDERS = {
    "owner, admin": MEMBER_SCOPES,
    "developer": DEVELOPER_SCOPES,
    "viewer": VIEWER_SCOPES,
    "operator alone": OPERATOR_SCOPES,
}
TOLD = (
    "Every scope that Faregate's own routes ask for, who may hold it, and the routes that it opens. An API "
    "key has those that it was made with, as long as its creator "
    "[may hold them](../authentication.md#scopes)."
)


def scope_page(document: dict[str, Any]) -> str:
    """Every scope."""
    routes = list(operations(document))
    rows = [
        (
            code(scope.value),
            ", ".join(holder for holder, held in HOLDERS.items() if scope in held),
            codes(each.route for each in routes if scope.value in each.access["scopes"]),
        )
        for scope in Scope
    ]
    return page("Scopes", TOLD, table(("Scope", "Held by", "Opens"), rows))
