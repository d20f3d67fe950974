"""Whatever ends a session acts on the very next request, by whichever way its token comes (SEC-21)."""

import pytest

from app.api.session_cookies import ACCESS_COOKIE
from app.core.database import transaction
from app.models import Organization, User
from tests.factories.account import PASSWORD, bearer, make_account
from tests.factories.sessions import let_the_grace_pass

ME = "/api/v1/users/me"
CREDITS = "/api/v1/credits"
REFRESH = "/api/v1/auth/refresh"
SESSIONS = "/api/v1/auth/sessions"
WAYS = {
    "header": bearer,
    "cookie": lambda tokens: {"Cookie": f"{ACCESS_COOKIE}={tokens['access_token']}"},
}


class Ends:
    """The acts that end a session; another session of the same person is at hand."""

    def __init__(self, client, resources, account, tokens, other):
        self.client = client
        self.resources = resources
        self.account = account
        self.tokens = tokens
        self.other = other

    async def signing_out(self):
        await self.client.post("/api/v1/auth/logout", headers=bearer(self.tokens))

    async def being_ended_from_elsewhere(self):
        await self.client.delete(f"{SESSIONS}/{self.tokens['session_id']}", headers=bearer(self.other))

    async def being_one_of_the_others(self):
        await self.client.delete(f"{SESSIONS}/others", headers=bearer(self.other))

    async def being_one_of_all(self):
        await self.client.delete(SESSIONS, headers=bearer(self.other))

    async def a_revoked_token(self):
        await self.client.post("/api/v1/auth/revoke", data={"token": self.tokens["refresh_token"]})

    async def a_reused_refresh_token(self):
        body = {"refresh_token": self.tokens["refresh_token"]}
        await self.client.post(REFRESH, json=body)
        await let_the_grace_pass(self.resources, self.tokens["session_id"])
        await self.client.post(REFRESH, json=body)

    async def a_step_up(self):
        body = {"password": PASSWORD}
        await self.client.post("/api/v1/auth/reauthenticate", json=body, headers=bearer(self.tokens))

    async def a_password_change_elsewhere(self):
        body = {"current_password": PASSWORD, "new_password": "seven bright kites over the harbour"}
        answer = await self.client.put("/api/v1/account/password", json=body, headers=bearer(self.other))
        assert answer.status_code == 204, answer.text

    async def a_disabled_person(self):
        await self._deactivate(User, self.account.user.id)

    async def a_suspended_organization(self):
        await self._deactivate(Organization, self.account.organization.id)

    async def _deactivate(self, model, entity_id):
        async with transaction(self.resources.engine) as session:
            (await session.get_one(model, entity_id)).is_active = False


ACTS = [name for name in vars(Ends) if not name.startswith("_")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ACTS)
async def test_the_very_next_request_is_refused(client, world, resources, act, way):
    """SEC-21."""
    account = await make_account(world)
    tokens, other = await account.login(client), await account.login(client)
    service = await world.service_key()
    headers = WAYS[way](tokens)
    assert [(await client.get(path, headers=headers)).status_code for path in (ME, CREDITS)] == [200, 200]

    await getattr(Ends(client, resources, account, tokens, other), act)()

    assert [(await client.get(path, headers=headers)).status_code for path in (ME, CREDITS)] == [401, 401]
    question = {"key": tokens["access_token"], "cost": 0}
    verdict = await client.post("/api/v1/verify", json=question, headers=service.headers)
    assert verdict.json()["valid"] is False
    refreshed = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
