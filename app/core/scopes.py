"""Scopes: what a credential may do. Operators hold all; members hold those of their role."""

from enum import StrEnum


class Scope(StrEnum):
    """The scopes that Faregate's own routes ask for."""

    BLOG_POSTS_READ = "blog_posts:read"
    BLOG_POSTS_WRITE = "blog_posts:write"
    API_KEYS_READ = "api_keys:read"
    API_KEYS_WRITE = "api_keys:write"
    AUDIT_READ = "audit:read"
    CREDITS_READ = "credits:read"
    CREDITS_HOLD = "credits:hold"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_WRITE = "organizations:write"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    # Operators only:
    GATE_VERIFY = "gate:verify"
    CREDITS_GRANT = "credits:grant"
    PLANS_WRITE = "plans:write"
    USERS_READ = "users:read"
    USERS_MANAGE = "users:manage"
    USERS_IMPERSONATE = "users:impersonate"
    ORGANIZATIONS_MANAGE = "organizations:manage"


OPERATOR_SCOPES = frozenset(
    {
        Scope.GATE_VERIFY,
        Scope.CREDITS_GRANT,
        Scope.PLANS_WRITE,
        Scope.USERS_READ,
        Scope.USERS_MANAGE,
        Scope.USERS_IMPERSONATE,
        Scope.ORGANIZATIONS_MANAGE,
    }
)
"""Held by an operator alone; they work on a key only while its creator is an operator."""

MEMBER_SCOPES = frozenset(Scope) - OPERATOR_SCOPES
"""Held by those who rule an organization: owners and admins."""

DEVELOPER_SCOPES = MEMBER_SCOPES - {Scope.ORGANIZATIONS_WRITE, Scope.AUDIT_READ}
"""Held by those who build in it."""

VIEWER_SCOPES = frozenset(scope for scope in DEVELOPER_SCOPES if scope.endswith(":read"))
"""Held by everyone who may look."""
