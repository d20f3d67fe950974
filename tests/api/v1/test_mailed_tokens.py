"""No token does the work of another: each kind that there is, at each place that takes one (SEC-19)."""

from datetime import timedelta

import pytest

from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.repositories.one_time_token_repository import OneTimeTokenRepository
from app.services.one_time_token_service import OneTimeTokenService
from tests.factories.account import PASSWORD, bearer, make_account

PLACES = {
    "/api/v1/auth/sign-up/link": TokenPurpose.SIGN_UP,
    "/api/v1/auth/password-reset/link": TokenPurpose.PASSWORD_RESET,
    "/api/v1/account/email/link": TokenPurpose.EMAIL_CHANGE,
}
MAILED = sorted({*PLACES.values(), TokenPurpose.INVITATION})


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def tokens(client, account, world, resources):
    """One good token of every kind, all of one person: kind -> token."""
    session_tokens = await account.login(client)
    kinds = {
        "access": session_tokens["access_token"],
        "refresh": session_tokens["refresh_token"],
        "api key": (await world.api_key(account.organization)).api_key,
    }
    async with transaction(resources.engine) as session:
        service = OneTimeTokenService(OneTimeTokenRepository(session), clock=resources.clock)
        owner = {"user_id": account.user.id, "email": account.email, "lifetime": timedelta(hours=1)}
        for purpose in MAILED:
            kinds[purpose] = await service.issue(purpose, **owner)
    return kinds


def body_for(place, token):
    return {"token": token} if place.startswith("/api/v1/account") else {"token": token, "password": PASSWORD}


@pytest.mark.parametrize("place", PLACES)
async def test_a_token_of_another_kind_is_refused_and_stays_what_it_is(client, tokens, place):
    """SEC-19: refused for its kind, not for its state: each is good where it belongs."""
    headers = bearer({"access_token": tokens["access"]})
    answers = {
        kind: await client.post(place, json=body_for(place, token), headers=headers)
        for kind, token in tokens.items()
        if kind != PLACES[place]
    }

    assert {answer.status_code for answer in answers.values()} == {400}
    assert {answer.json()["code"] for answer in answers.values()} == {"invalid_one_time_token"}


@pytest.mark.parametrize("purpose", MAILED)
async def test_a_mailed_token_opens_no_session(client, tokens, purpose):
    """SEC-19."""
    call = await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {tokens[purpose]}"})
    refresh = await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens[purpose]})

    assert (call.status_code, refresh.status_code) == (401, 401)
