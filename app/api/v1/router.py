"""The routes of version 1, in the order in which they are tried: the busiest first."""

from starlette.routing import BaseRoute

from app.api.v1 import (
    account,
    api_keys,
    audit_events,
    auth,
    auth_tokens,
    blog_posts,
    credits,
    factors,
    identities,
    organization_blog_posts,
    organizations,
    own_audit_events,
    passkeys,
    password_reset,
    plans,
    providers,
    second_factor,
    sign_up,
    users,
    verify,
)

routes: list[BaseRoute] = [
    *verify.router.routes,
    *users.router.routes,
    *api_keys.router.routes,
    *credits.router.routes,
    *organizations.router.routes,
    *plans.router.routes,
    *auth.router.routes,
    *sign_up.router.routes,
    *password_reset.router.routes,
    *account.router.routes,
    *auth_tokens.router.routes,
    *providers.router.routes,
    *identities.router.routes,
    *audit_events.router.routes,
    *own_audit_events.router.routes,
    *second_factor.router.routes,
    *factors.router.routes,
    *passkeys.router.routes,
    *blog_posts.router.routes,
    *organization_blog_posts.router.routes,
]
