"""An OpenID Connect provider of our own that does whatever a test tells it to, the wrong things above all."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from app.core.access_tokens import base64url
from tests.factories.https_server import HttpsServer, Received, says

CLIENT_ID = "faregate-client"
CLIENT_SECRET = "a secret: with & signs"


def new_key(kid: str = "first") -> ECKey:
    """A new signing key for ES256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


def half_hash(token: str) -> str:
    """`at_hash` of an access token (OpenID Connect Core 1.0, section 3.1.3.6)."""
    return base64url(hashlib.sha256(token.encode()).digest()[:16])


@dataclass(frozen=True, slots=True)
class FromNow:
    """A time in a claim, so many seconds after the token is made."""

    seconds: int

    def __str__(self) -> str:
        return f"now{self.seconds:+}"

    __repr__ = __str__


@dataclass
class Person:
    """Somebody with an account at the provider."""

    sub: str = field(default_factory=lambda: f"sub-{secrets.token_hex(8)}")
    email: str = field(default_factory=lambda: f"person-{secrets.token_hex(8)}@example.org")
    email_verified: Any = True
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Grant:
    """What a code stands for."""

    person: Person
    parameters: dict[str, str]


@dataclass
class IdentityProvider:
    """What it says, and what it was asked."""

    server: HttpsServer
    key: Any = field(default_factory=new_key)
    ahead_seconds: int = 0
    """How far its clock is ahead of ours."""
    asked_seconds_ago: int = 0
    """How long ago it had its people prove who they are, unless it is told to ask again."""
    grants: dict[str, Grant] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    """Members of the discovery document that replace or, if None, drop the right ones."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims of the ID token that replace or, if None, drop the right ones."""
    header: dict[str, Any] = field(default_factory=dict)
    signing_key: Any = None
    """Signs in place of the right key."""
    published: list[dict[str, Any]] | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    """Members of the token endpoint's answer that replace or, if None, drop the right ones."""

    def __post_init__(self) -> None:
        self.server.answers |= {
            "/.well-known/openid-configuration": says(lambda _request: self.describe()),
            "/jwks": says(lambda _request: {"keys": self.published or [self.key.as_dict(private=False)]}),
            "/token": says(self.exchange),
        }

    @property
    def issuer(self) -> str:
        """Its name for itself."""
        return self.server.url

    def settings(self, **values: Any) -> dict[str, Any]:
        """How Faregate is told of it."""
        return {
            "issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "trusted_for_email": True, **values,
        }  # fmt: skip

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        url = self.issuer
        right = {
            "issuer": url, "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks", "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        return replaced(right, self.metadata)

    def approve(self, authorization_url: str, person: Person) -> dict[str, str]:
        """Let the person sign in; what the browser brings back."""
        parameters = dict(parse_qsl(urlsplit(authorization_url).query))
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(person, parameters)
        return {"state": parameters["state"], "code": code, "iss": self.issuer}

    def exchange(self, request: Received) -> dict[str, Any]:
        """Trade a code for tokens, once, and only to the client that it was made for."""
        form = request.form
        grant = self.grants.pop(form.get("code", ""), None)
        if grant is None or not is_right_client(request) or not proves(form, grant):
            return {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        right = {
            "access_token": access_token,
            "token_type": "Bearer",
            "id_token": self.id_token(grant, access_token),
        }
        return replaced(right, self.answer)

    def id_token(self, grant: Grant, access_token: str) -> str:
        """The signed statement about who came."""
        now, person = int(time.time()) + self.ahead_seconds, grant.person
        asked_again = grant.parameters.get("prompt") == "login"
        right = {
            "iss": self.issuer, "sub": person.sub, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": grant.parameters.get("nonce"), "at_hash": half_hash(access_token),
            "auth_time": now if asked_again else now - self.asked_seconds_ago,
            "email": person.email, "email_verified": person.email_verified, **person.more,
        }  # fmt: skip
        return signed(
            replaced({"alg": "ES256", "kid": self.key.kid}, self.header),
            replaced(right, {name: dated(value, now) for name, value in self.claims.items()}),
            self.signing_key or self.key,
        )


def is_right_client(request: Received) -> bool:
    """Whether the request carries the client's own secret, encoded as RFC 6749 (2.3.1) demands."""
    credentials = "faregate-client:a+secret%3A+with+%26+signs"
    return request.headers.get("authorization") == f"Basic {base64.b64encode(credentials.encode()).decode()}"


def proves(form: dict[str, str], grant: Grant) -> bool:
    """Whether the verifier is the challenge's (RFC 7636), and the redirect URI the same."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    asked = grant.parameters
    return (
        asked.get("code_challenge_method") == "S256"
        and asked.get("code_challenge") == base64url(digest)
        and asked.get("redirect_uri") == form.get("redirect_uri")
    )


def dated(value: Any, now: int) -> Any:
    """A claim's value, with times put in."""
    return now + value.seconds if isinstance(value, FromNow) else value


def replaced(right: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The right members, some of them replaced, or dropped by None."""
    return {name: value for name, value in {**right, **changes}.items() if value is not None}


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A compact JWS under any header, signed as the key's type can; `none` is not signed at all."""
    signing_input = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    if str(header["alg"]).lower() == "none":
        return f"{signing_input}."
    algorithm = {ECKey: "ES256", OctKey: "HS256", RSAKey: "RS256"}[type(key)]
    signature = JWSRegistry.algorithms[algorithm].sign(signing_input.encode(), key)
    return f"{signing_input}.{base64url(signature)}"
