"""Second factors, enrolled over HTTP as people do it."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from sqlalchemy import update

from app.api.resources import Resources
from app.core import totp
from app.core.database import transaction
from app.models import TotpCredential
from tests.factories.account import Account, bearer
from tests.factories.authenticator import Authenticator

LOGIN = "/api/v1/auth/login"
MFA = "/api/v1/auth/mfa"
FACTORS = "/api/v1/auth/factors"
PASSKEYS = "/api/v1/auth/passkeys"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An account with a factor: what its owner holds."""

    account: Account
    headers: dict[str, str]
    secret: bytes
    recovery_codes: list[str]

    def code(self, *, steps: int = 0) -> str:
        """What the authenticator shows now, or some steps from now."""
        return totp.code_of(self.secret, totp.step_of(datetime.now(UTC)) + steps)


async def enrol_totp(client: httpx2.AsyncClient, resources: Resources, account: Account) -> Enrolled:
    """Give an account an authenticator, as if it had been confirmed long ago: every code is still unused."""
    headers = bearer(await account.login(client))
    answer = await client.post(f"{FACTORS}/totp", headers=headers)
    assert answer.status_code == 200, answer.text
    secret = base64.b32decode(answer.json()["secret"])
    code = totp.code_of(secret, totp.step_of(datetime.now(UTC)))
    confirmed = await client.post(f"{FACTORS}/totp/confirmation", json={"code": code}, headers=headers)
    assert confirmed.status_code == 200, confirmed.text
    await forget_used_codes(resources, account)
    return Enrolled(account, headers, secret, confirmed.json()["recovery_codes"])


async def forget_used_codes(resources: Resources, account: Account) -> None:
    """Let time pass for an authenticator: its codes of now are unused again."""
    async with transaction(resources.engine) as session:
        mine = update(TotpCredential).where(TotpCredential.user_id == account.user.id)
        await session.execute(mine.values(last_step=0))


async def begin_login(client: httpx2.AsyncClient, account: Account) -> dict[str, Any]:
    """Sign in with the password alone; what remains to be proved."""
    answer = await client.post(LOGIN, json={"email": account.email, "password": account.password})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def add_passkey(
    client: httpx2.AsyncClient, headers: dict[str, str], device: Authenticator, name: str = "Laptop"
) -> dict[str, Any]:
    """Register a device's key."""
    options = await client.post(f"{PASSKEYS}/options", headers=headers)
    assert options.status_code == 200, options.text
    body = {"name": name, "credential": device.create(options.json()["public_key"])}
    answer = await client.post(PASSKEYS, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()
