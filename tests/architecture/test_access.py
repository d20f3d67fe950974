"""Who may call what: every route stands here, so that none is open, or dear, by accident."""

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import iter_route_contexts

from app.api.access import NOTHING, SAFE_METHODS, SESSION_ALONE, credential, public
from app.api.dependencies.guards import RequireScope
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.session_principal import SessionIdDep
from app.api.strict_route import StrictRoute
from app.cli.main import COMMANDS
from app.cli.trail import COMMAND_EVENTS
from app.core.audit import AuditAction
from app.core.scopes import Scope

ACCESS = {
    "POST /api/v1/verify": "caller gate:verify",
    "POST /api/v1/verify/batch": "caller gate:verify",
    "GET /api/v1/forward-auth": "caller",
    "GET /api/v1/users/me": "caller profile:read",
    "PATCH /api/v1/users/me": "caller profile:write",
    "GET /api/v1/users": "caller users:read",
    "GET /api/v1/api-keys": "caller api_keys:read",
    "POST /api/v1/api-keys": "caller fresh api_keys:write",
    "GET /api/v1/api-keys/{key_id}": "caller api_keys:read",
    "PATCH /api/v1/api-keys/{key_id}": "caller fresh api_keys:write",
    "POST /api/v1/api-keys/{key_id}/rotate": "caller fresh api_keys:write",
    "POST /api/v1/api-keys/{key_id}/revoke": "caller api_keys:write",
    "DELETE /api/v1/api-keys/{key_id}": "caller api_keys:write",
    "GET /api/v1/credits": "caller credits:read",
    "GET /api/v1/credits/ledger": "caller credits:read",
    "GET /api/v1/credits/grants": "caller credits:read",
    "GET /api/v1/credits/thresholds": "caller credits:read",
    "PUT /api/v1/credits/thresholds": "caller organizations:write",
    "GET /api/v1/credits/events": "caller credits:read",
    "POST /api/v1/credits/grants": "caller credits:grant",
    "POST /api/v1/credits/adjustments": "caller credits:grant",
    "POST /api/v1/credits/refunds": "caller credits:grant",
    "POST /api/v1/credits/holds": "caller credits:hold",
    "GET /api/v1/credits/holds": "caller credits:read",
    "GET /api/v1/credits/holds/{hold_id}": "caller credits:read",
    "POST /api/v1/credits/holds/{hold_id}/settle": "caller credits:hold",
    "POST /api/v1/credits/holds/{hold_id}/release": "caller credits:hold",
    "GET /api/v1/credits/statement": "caller credits:read",
    "GET /api/v1/credits/ledger/export": "caller credits:read limit=ledger_export",
    "GET /api/v1/usage": "caller credits:read",
    "GET /api/v1/usage/export": "caller credits:read limit=usage_export",
    "GET /api/v1/organizations": "session",
    "POST /api/v1/organizations": "session",
    "DELETE /api/v1/organizations/{organization_id}/membership": "session",
    "GET /api/v1/organizations/{organization_id}/members": "caller organizations:read",
    "PATCH /api/v1/organizations/{organization_id}/members/{user_id}": "session fresh organizations:write",
    "DELETE /api/v1/organizations/{organization_id}/members/{user_id}": "session fresh organizations:write",
    "PUT /api/v1/organizations/{organization_id}/ownership": "session fresh organizations:write",
    "GET /api/v1/organizations/{organization_id}/invitations": "caller organizations:read",
    "POST /api/v1/organizations/{organization_id}/invitations": (
        "session fresh organizations:write attempts=send_invitations attempts=invite"
    ),
    "DELETE /api/v1/organizations/{organization_id}/invitations/{invitation_id}": (
        "session organizations:write"
    ),
    "POST /api/v1/leak-reports": "public limit=leak_reports",
    "POST /api/v1/invitations/accept": "session attempts=accept_invitation",
    "POST /api/v1/invitations/decline": "public attempts=accept_invitation",
    "POST /api/v1/invitations/sign-up": "public attempts=accept_invitation",
    "GET /api/v1/organizations/{organization_id}": "caller organizations:read",
    "PATCH /api/v1/organizations/{organization_id}": "caller organizations:write",
    "PUT /api/v1/organizations/{organization_id}/plan": "caller organizations:manage",
    "PUT /api/v1/organizations/{organization_id}/suspension": "caller organizations:manage",
    "DELETE /api/v1/organizations/{organization_id}/suspension": "caller organizations:manage",
    "GET /api/v1/plans": "caller",
    "POST /api/v1/plans": "caller plans:write",
    "GET /api/v1/plans/{plan_id}": "caller",
    "PATCH /api/v1/plans/{plan_id}": "caller plans:write",
    "POST /api/v1/auth/login": "public attempts=login",
    "POST /api/v1/auth/refresh": "public attempts=refresh",
    "POST /api/v1/auth/revoke": "public attempts=revoke_token",
    "POST /api/v1/auth/introspect": "caller",
    "POST /api/v1/auth/reauthenticate": "session attempts=reauthenticate",
    "POST /api/v1/auth/reauthenticate/passkey/options": "session attempts=passkey",
    "POST /api/v1/auth/reauthenticate/passkey": "session attempts=passkey",
    "POST /api/v1/auth/reauthenticate/totp": "session attempts=second_factor",
    "POST /api/v1/auth/reauthenticate/mail": "session attempts=mail_proof",
    "POST /api/v1/auth/reauthenticate/mail/confirmation": "session attempts=second_factor",
    "PUT /api/v1/auth/session/organization": "session",
    "POST /api/v1/auth/logout": "session",
    "GET /api/v1/auth/sessions": "session",
    "DELETE /api/v1/auth/sessions": "session",
    "DELETE /api/v1/auth/sessions/others": "session",
    "DELETE /api/v1/auth/sessions/{session_id}": "session",
    "POST /api/v1/auth/sign-up": "public attempts=sign_up",
    "POST /api/v1/auth/sign-up/link": "public attempts=verify_email",
    "POST /api/v1/auth/sign-up/code": "public attempts=verify_email",
    "GET /api/v1/auth/providers": "public",
    "POST /api/v1/auth/providers/{name}/start": "public attempts=provider_start",
    "POST /api/v1/auth/providers/{name}/link": "session fresh attempts=provider_start",
    "POST /api/v1/auth/providers/{name}/reauthenticate": "session attempts=provider_start",
    "GET /api/v1/auth/providers/{name}/callback": "public attempts=provider_callback",
    "POST /api/v1/auth/providers/{name}/callback": "public attempts=provider_callback",
    "GET /api/v1/auth/identities": "session",
    "DELETE /api/v1/auth/identities/{identity_id}": "session fresh",
    "POST /api/v1/auth/password-reset": "public attempts=forgot_password",
    "POST /api/v1/auth/password-reset/link": "public attempts=reset_password",
    "PUT /api/v1/account/password": "session attempts=reauthenticate",
    "POST /api/v1/account/email": "session fresh attempts=change_email",
    "POST /api/v1/account/email/link": "session attempts=verify_email",
    "POST /api/v1/account/email/code": "session attempts=verify_email",
    "POST /api/v1/account/deactivation": "session fresh",
    "POST /api/v1/account/export": "session fresh limit=export",
    "DELETE /api/v1/account": "session fresh",
    "GET /api/v1/users/{user_id}": "caller users:read",
    "PUT /api/v1/users/{user_id}/suspension": "caller users:manage",
    "DELETE /api/v1/users/{user_id}/suspension": "caller users:manage",
    "PUT /api/v1/users/{user_id}/ban": "caller users:manage",
    "DELETE /api/v1/users/{user_id}/ban": "caller users:manage",
    "DELETE /api/v1/users/{user_id}/sessions": "caller users:manage",
    "POST /api/v1/users/{user_id}/impersonation": "session fresh users:impersonate",
    "DELETE /api/v1/users/{user_id}/factors": "caller fresh users:manage",
    "GET /api/v1/audit-events": "caller audit:read",
    "GET /api/v1/audit-events/export": "caller audit:read limit=audit_export",
    "GET /api/v1/users/me/audit-events": "session",
    "POST /api/v1/auth/mfa/totp": "public attempts=second_factor",
    "POST /api/v1/auth/mfa/recovery-code": "public attempts=second_factor",
    "POST /api/v1/auth/mfa/passkey/options": "public attempts=passkey",
    "POST /api/v1/auth/mfa/passkey": "public attempts=second_factor",
    "GET /api/v1/auth/factors": "session",
    "POST /api/v1/auth/factors/totp": "session fresh",
    "POST /api/v1/auth/factors/totp/confirmation": "session fresh attempts=second_factor",
    "DELETE /api/v1/auth/factors/totp": "session fresh",
    "POST /api/v1/auth/factors/recovery-codes": "session fresh",
    "POST /api/v1/auth/passkeys/sign-in/options": "public attempts=passkey",
    "POST /api/v1/auth/passkeys/sign-in": "public attempts=passkey",
    "GET /api/v1/auth/passkeys": "session",
    "POST /api/v1/auth/passkeys/options": "session fresh",
    "POST /api/v1/auth/passkeys": "session fresh",
    "PATCH /api/v1/auth/passkeys/{passkey_id}": "session",
    "DELETE /api/v1/auth/passkeys/{passkey_id}": "session fresh",
    "GET /api/v1/blog-posts": "public limit=anonymous",
    "POST /api/v1/blog-posts": "caller blog_posts:write",
    "GET /api/v1/blog-posts/{post_id}": "caller blog_posts:read",
    "PATCH /api/v1/blog-posts/{post_id}": "caller blog_posts:write",
    "DELETE /api/v1/blog-posts/{post_id}": "caller blog_posts:write",
    "PUT /api/v1/blog-posts/{post_id}/publication": "caller blog_posts:write cost=5",
    "DELETE /api/v1/blog-posts/{post_id}/publication": "caller blog_posts:write",
    "GET /api/v1/organizations/{organization_id}/blog-posts": "caller blog_posts:read",
    "GET /api/v1/organizations/{organization_id}/blog-posts/{slug}": "public limit=anonymous",
    "GET /health/live": "public",
    "GET /health/ready": "public",
    "GET /problems/{code}": "public",
    "GET /account/{page}": "public",
    "GET /account/assets/{name}": "public",
    "GET /.well-known/jwks.json": "public",
    "GET /docs": "public",
    "GET /docs/{name}": "public",
}
"""`public`, `caller` (access token or API key) or `session` (access token alone), then the demands.

`fresh` asks for a session whose person has proved lately who they are."""

UNDOCUMENTED = {"GET /openapi.json", "HEAD /openapi.json"}


def told(access):
    """One line about a route's demands."""
    who = "session" if access.credentials == SESSION_ALONE else "caller" if access.credentials else "public"
    fresh = ["fresh"] if access.fresh else []
    limits = [f"limit={limit.name}" for limit in access.limits]
    attempts = [f"attempts={action}" for action in access.attempts]
    cost = [f"cost={access.charge.cost}"] if access.charge else []
    return " ".join([who, *fresh, *access.scopes, *limits, *attempts, *cost])


def declared(app):
    """What the running application demands, by route."""
    return {
        f"{method} {route.path_format}": route.original_route.access
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, StrictRoute)
        for method in route.methods
    }


def test_every_route_demands_what_this_table_says(app):
    assert {route: told(access) for route, access in declared(app).items()} == ACCESS


def test_there_are_no_other_routes(app):
    routes = {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in getattr(route, "methods", None) or {"ANY"}
    }

    assert routes - set(ACCESS) == UNDOCUMENTED


def test_every_scope_opens_something():
    demanded = {word for demands in ACCESS.values() for word in demands.split()}

    assert set(Scope) <= demanded


CLOSED = [route for route, demands in ACCESS.items() if not demands.startswith("public")]


@pytest.mark.parametrize("route", CLOSED)
async def test_a_closed_route_answers_nobody(client, route):
    method, path = route.split()

    answer = await client.request(method, path.format_map(AnyId()), json={})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


class AnyId(dict):
    """Fills every name of a path with the id of nothing."""

    def __missing__(self, name):
        return "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"


SCOPED = [
    (route, word)
    for route, demands in ACCESS.items()
    for word in demands.split()
    if ":" in word and not demands.startswith("session")
]


@pytest.mark.parametrize(("route", "scope"), SCOPED)
async def test_a_key_without_the_scope_is_refused(client, world, route, scope):
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    key = await world.api_key(organization, scopes=sorted(set(Scope) - {scope}))
    method, path = route.split()

    answer = await client.request(
        method, path.format_map(AnyId()), json=VALID.get(route, {}), headers=key.headers
    )

    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == [scope]


VALID = {
    "POST /api/v1/verify": {"key": "x"},
    "POST /api/v1/verify/batch": {"items": [{"key": "x"}]},
}
"""Routes that decide about the caller together with the question, so that there must be one."""


def test_every_route_that_changes_something_says_what_the_audit_trail_gets(app):
    """SEC-63."""
    silent = {
        route
        for route, access in declared(app).items()
        if route.split()[0] not in SAFE_METHODS and access.audit == NOTHING
    }

    assert silent == UNAUDITED


UNAUDITED = {
    "POST /api/v1/auth/introspect",
    "POST /api/v1/verify",
    "POST /api/v1/verify/batch",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/providers/{name}/start",
    "POST /api/v1/auth/providers/{name}/link",
    "POST /api/v1/auth/providers/{name}/reauthenticate",
    "POST /api/v1/auth/reauthenticate/passkey/options",
    "POST /api/v1/auth/reauthenticate/mail",
    "POST /api/v1/auth/mfa/passkey/options",
    "POST /api/v1/auth/factors/totp",
    "POST /api/v1/auth/passkeys/sign-in/options",
    "POST /api/v1/auth/passkeys/options",
    "POST /api/v1/credits/holds",
    "POST /api/v1/credits/holds/{hold_id}/settle",
    "POST /api/v1/credits/holds/{hold_id}/release",
    "POST /api/v1/blog-posts",
    "PATCH /api/v1/blog-posts/{post_id}",
    "DELETE /api/v1/blog-posts/{post_id}",
    "PUT /api/v1/blog-posts/{post_id}/publication",
    "DELETE /api/v1/blog-posts/{post_id}/publication",
}
"""Neither about who somebody is nor about what they may: the ledger has what is paid for, and an attempt is
told when it comes back. A question to a passkey, or a secret that no code has confirmed, is nothing yet."""


def test_every_action_is_written_by_some_route_or_command(app):
    by_routes = {event for access in declared(app).values() for event in access.events}
    by_commands = {event for events in COMMAND_EVENTS.values() for event in events}

    assert by_routes | by_commands == set(AuditAction)
    assert set(COMMAND_EVENTS) <= set(COMMANDS)


async def answer() -> None:
    """A controller that asks for nothing."""


async def ask_for_the_caller(_caller: PrincipalDep) -> None:
    """A controller that asks who calls."""


async def ask_for_the_session(_session_id: SessionIdDep) -> None:
    """A controller that asks which session calls."""


@pytest.mark.parametrize(
    ("method", "controller", "dependencies"),
    [
        ("GET", answer, []),
        ("GET", answer, [public(), public()]),
        ("POST", answer, [credential()]),
        ("GET", answer, [public(), Depends(RequireScope(Scope.CREDITS_READ))]),
        ("GET", ask_for_the_caller, [public()]),
        ("GET", ask_for_the_session, [credential()]),
    ],
)
def test_a_route_that_does_not_declare_all_it_asks_for_does_not_start(method, controller, dependencies):
    """SEC-50."""
    router = APIRouter(route_class=StrictRoute)

    with pytest.raises(TypeError, match=f"{method} /x"):
        router.add_api_route("/x", controller, methods=[method], dependencies=dependencies)
