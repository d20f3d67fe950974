"""`faregate reencrypt-secrets` (SEC-37): a new encryption key, and then the old one gone."""

import asyncio
import secrets

from app.core.settings import Settings
from app.main import create_app
from tests.conftest import make_secrets
from tests.e2e.launch import command
from tests.factories.databases import own_database


async def kids_under(url, **keys):
    """The published keys of a process with these encryption keys."""
    settings = Settings(
        environment="test",
        database={"url": url},
        secrets={**make_secrets(), **keys},
        logging={"level": "warning"},
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        return [key["kid"] for key in application.state.resources.access_tokens.jwks()["keys"]]


async def reencrypt(folder, url, **keys):
    variables = {f"FAREGATE_SECRETS__{name.upper()}": str(value) for name, value in keys.items()}
    return await asyncio.to_thread(command, folder, "reencrypt-secrets", DATABASE_URL=url, **variables)


async def test_after_it_the_previous_key_may_go(database_url, tmp_path):
    """SEC-37: rotate the key, and every secret is still there without the old one."""
    old, new = make_secrets()["encryption_key"], secrets.token_urlsafe(32)
    async with own_database(database_url) as url:
        before = await kids_under(url)

        done = await reencrypt(
            tmp_path,
            url,
            encryption_key=new,
            encryption_key_id=2,
            previous_encryption_keys=f'{{"1": "{old}"}}',
        )

        after = await kids_under(url, encryption_key=new, encryption_key_id=2)
    assert done.returncode == 0, done.stderr
    assert "signing_keys.sealed_private_key: 2 re-encrypted" in done.stdout
    assert "Every secret is under the key 2 now." in done.stdout
    assert after == before


async def test_a_key_that_is_missing_is_told_and_nothing_is_lost(database_url, tmp_path):
    async with own_database(database_url) as url:
        before = await kids_under(url)

        done = await reencrypt(tmp_path, url, encryption_key=secrets.token_urlsafe(32), encryption_key_id=2)

        assert await kids_under(url) == before
    assert done.returncode == 1
    assert "2 secrets are under keys that are not set" in done.stderr
