"""Every kind of token in every place where one is taken: only its own place takes it (SEC-19)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.api.session_cookies import ACCESS_COOKIE, REFRESH_COOKIE
from app.core import opaque_tokens
from app.core.clock import system_clock
from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.models import OneTimeToken, PendingSignIn
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.services.one_time_token_service import OneTimeTokenService
from tests.factories.account import PASSWORD, bearer, make_account

OURS = {"Origin": "http://test", "Sec-Fetch-Site": "same-origin"}
NEW_PASSWORD = "seven bright kites over the harbour"
HOUR = timedelta(hours=1)
SENT_ELSEWHERE = {
    "invitation": TokenPurpose.INVITATION,
    "provider state": TokenPurpose.PROVIDER_STATE,
    "provider browser": TokenPurpose.PROVIDER_BROWSER,
    "mailed proof": TokenPurpose.REAUTHENTICATION,
}
"""Kinds of which a well-formed one is enough: they open nothing of their own here."""


class Cast:
    """A person with a living token of every kind."""

    def __init__(self, world):
        self.world = world

    async def gather(self, client):
        """Make them all."""
        self.account = await make_account(self.world)
        self.session = await self.account.login(client)
        key = await self.world.api_key(self.account.organization)
        self.tokens = {
            "access": self.session["access_token"],
            "refresh": self.session["refresh_token"],
            "api key": key.api_key,
            **{kind: opaque_tokens.issue(purpose).token for kind, purpose in SENT_ELSEWHERE.items()},
        }
        async with transaction(self.world.resources.engine) as session:
            service = OneTimeTokenService(OneTimeTokenRepository(session), clock=system_clock)
            await self._mail_tokens(service)
            self._wait_for_a_second_factor(session)

    async def _mail_tokens(self, service):
        user_id, email = self.account.user.id, self.account.email
        sign_up = await service.issue_with_code(
            TokenPurpose.SIGN_UP, user_id=None, email=f"new-{email}", lifetime=HOUR
        )
        self.tokens |= {"sign-up": sign_up.token, "handle": sign_up.handle}
        self.code = sign_up.code
        for kind, purpose in (
            ("password reset", TokenPurpose.PASSWORD_RESET),
            ("e-mail change", TokenPurpose.EMAIL_CHANGE),
        ):
            self.tokens[kind] = await service.issue(purpose, user_id=user_id, email=email, lifetime=HOUR)

    def _wait_for_a_second_factor(self, session):
        issued = opaque_tokens.issue(TokenPurpose.SECOND_FACTOR)
        self.tokens["second factor"] = issued.token
        session.add(
            PendingSignIn(
                user_id=self.account.user.id,
                digest=issued.digest,
                methods=["password"],
                expires_at=system_clock() + HOUR,
            )
        )

    async def living(self):
        """How many tokens that work once are still there."""
        async with transaction(self.world.resources.engine) as session:
            mailed = select(func.count()).select_from(OneTimeToken)
            mailed = mailed.where(OneTimeToken.email.in_([self.account.email, f"new-{self.account.email}"]))
            pending = select(func.count()).where(PendingSignIn.user_id == self.account.user.id)
            return await session.scalar(mailed), await session.scalar(pending)


@dataclass
class Place:
    """Where a token is taken, and of which kinds."""

    kinds: set[str]
    present: Callable[..., Awaitable]
    """Called with the client, the cast and a token; answers the response."""
    refusal: bytes | None = None
    """The body of a refusal that is no error."""


def posting(path, **members):
    """Present a token as a member of a JSON body; `None` marks its place."""

    async def present(client, cast, token):
        values = {name: cast.code if value == "CODE" else value for name, value in members.items()}
        body = {name: token if value is None else value for name, value in values.items()}
        return await client.post(path, json=body)

    return present


def signed_in(path, **members):
    """The same, each time by somebody else who is signed in: a few tries are all that one account has."""

    async def present(client, cast, token):
        values = {name: cast.code if value == "CODE" else value for name, value in members.items()}
        body = {name: token if value is None else value for name, value in values.items()}
        caller = await cast.world.caller()
        return await client.post(path, json=body, headers=caller.headers)

    return present


def header(name, prefix=""):
    """Present a token in a header of a request for the own profile."""

    async def present(client, _cast, token):
        return await client.get("/api/v1/users/me", headers={name: f"{prefix}{token}"})

    return present


async def refresh_by_cookie(client, _cast, token):
    return await client.post("/api/v1/auth/refresh", headers={"Cookie": f"{REFRESH_COOKIE}={token}", **OURS})


async def introspect(client, cast, token):
    service = await cast.world.service_key()
    return await client.post("/api/v1/auth/introspect", data={"token": token}, headers=service.headers)


async def come_back_from_a_provider(client, _cast, token):
    cookie = {"Cookie": f"__Host-faregate_oauth={token}"}
    body = {"state": token, "code": "x"}
    return await client.post("/api/v1/auth/providers/example/callback", json=body, headers=cookie)


PLACES = {
    "Authorization": Place({"access", "api key"}, header("Authorization", "Bearer ")),
    "X-API-Key": Place({"access", "api key"}, header("X-API-Key")),
    "access cookie": Place({"access"}, header("Cookie", f"{ACCESS_COOKIE}=")),
    "refresh": Place({"refresh"}, posting("/api/v1/auth/refresh", refresh_token=None)),
    "refresh cookie": Place({"refresh"}, refresh_by_cookie),
    "introspect": Place({"access", "api key"}, introspect, b'{"active":false}'),
    "sign-up link": Place(
        {"sign-up"}, posting("/api/v1/auth/sign-up/link", token=None, password=NEW_PASSWORD)
    ),
    "sign-up code": Place(
        {"handle"}, posting("/api/v1/auth/sign-up/code", handle=None, code="CODE", password=NEW_PASSWORD)
    ),
    "password reset": Place(
        {"password reset"}, posting("/api/v1/auth/password-reset/link", token=None, password=NEW_PASSWORD)
    ),
    "e-mail change": Place({"e-mail change"}, signed_in("/api/v1/account/email/link", token=None)),
    "e-mail code": Place({"handle"}, signed_in("/api/v1/account/email/code", handle=None, code="CODE")),
    # The handle of a code that was mailed for something else is a stranger here as well.
    "mailed proof": Place(
        set(), signed_in("/api/v1/auth/reauthenticate/mail/confirmation", handle=None, code="CODE")
    ),
    "TOTP": Place({"second factor"}, posting("/api/v1/auth/mfa/totp", mfa_token=None, code="123456")),
    "recovery code": Place(
        {"second factor"}, posting("/api/v1/auth/mfa/recovery-code", mfa_token=None, code="x" * 24)
    ),
    "passkey": Place({"second factor"}, posting("/api/v1/auth/mfa/passkey/options", mfa_token=None)),
    "provider": Place({"provider state", "provider browser"}, come_back_from_a_provider),
}


@pytest.fixture
async def cast(client, world):
    cast = Cast(world)
    await cast.gather(client)
    return cast


@pytest.mark.parametrize("place", PLACES)
async def test_a_place_takes_its_own_kinds_alone(client, cast, place):
    """SEC-19: N x N, and nothing is used up or ended on the way."""
    taken = PLACES[place]
    before = await cast.living()

    for kind in cast.tokens.keys() - taken.kinds:
        answer = await taken.present(client, cast, cast.tokens[kind])

        if taken.refusal is None:
            assert 400 <= answer.status_code < 500, f"{kind} in {place}"
            assert answer.status_code != 429, f"{kind} in {place}"
        else:
            assert answer.content == taken.refusal, f"{kind} in {place}"
    assert await cast.living() == before == (3, 1)
    await require_still_working(client, cast)


async def require_still_working(client, cast):
    """Go on only if the session, the key and the refresh token are as they were."""
    key = {"X-API-Key": cast.tokens["api key"]}
    refresh = {"refresh_token": cast.tokens["refresh"]}

    assert (await client.get("/api/v1/users/me", headers=bearer(cast.session))).status_code == 200
    assert (await client.get("/api/v1/users/me", headers=key)).status_code == 200
    assert (await client.post("/api/v1/auth/refresh", json=refresh)).status_code == 200
    assert (await cast.account.login(client))["access_token"]


async def test_revocation_ends_a_session_by_its_own_tokens_alone(client, cast):
    """SEC-19."""
    for kind in cast.tokens.keys() - {"access", "refresh"}:
        answer = await client.post("/api/v1/auth/revoke", data={"token": cast.tokens[kind]})
        assert answer.status_code == 200

    assert await cast.living() == (3, 1)
    await require_still_working(client, cast)


async def test_the_gate_knows_access_tokens_and_api_keys_alone(client, cast):
    """SEC-19."""
    service = await cast.world.service_key()

    for kind in cast.tokens:
        question = {"key": cast.tokens[kind], "cost": 0}
        verdict = (await client.post("/api/v1/verify", json=question, headers=service.headers)).json()
        assert verdict["valid"] == (kind in {"access", "api key"}), kind


async def test_every_purpose_of_a_token_is_tried(cast):
    prefixes = {token.partition("_")[0] + "_" for token in cast.tokens.values() if token.startswith("fg")}

    assert prefixes == {str(purpose) for purpose in TokenPurpose} | {"fg_"}


async def test_a_password_is_no_token_and_a_token_no_password(client, cast):
    for token in cast.tokens.values():
        body = {"email": cast.account.email, "password": token[:256]}
        answer = await client.post("/api/v1/auth/login", json=body)
        assert answer.status_code in {401, 429}
    headers = {"Authorization": f"Bearer {PASSWORD}"}
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 401
