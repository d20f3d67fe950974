"""The end of an account, for a while or for good, and what people take away before."""

import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, literal_column, select

from app.core.database import transaction
from app.models import (
    ApiKey,
    AuditEvent,
    Base,
    BlogPost,
    CreditAccount,
    LedgerEntry,
    OneTimeToken,
    Organization,
    Session,
    User,
)
from app.repositories.account_export_repository import SECTIONS
from tests.factories.account import PASSWORD, bearer, make_account
from tests.factories.locks import until_somebody_waits_for

ACCOUNT = "/api/v1/account"
LOGIN = "/api/v1/auth/login"
OUTLIVING_TABLES = {"ledger_entries", "charge_ids", "credit_holds"}
"""What happened to credits is kept, with the id of whoever did it."""
ME = "/api/v1/users/me"


@pytest.fixture
async def account(world):
    return await make_account(world, full_name=f"Owner {secrets.token_hex(8)}")


@pytest.fixture
async def caller(world, account):
    return await world.session_caller(account.user, account.organization)


@pytest.fixture
def get(resources):
    async def get_row(model, key):
        async with transaction(resources.engine) as session:
            return await session.get(model, key)

    return get_row


async def write_post(world, organization, author):
    slug = f"post-{secrets.token_hex(6)}"
    post = BlogPost(
        organization_id=organization.id, author_id=author.id, title="A", slug=slug, body="b", status="draft"
    )
    await world.save(post)
    return post


async def test_a_deactivated_account_is_refused_at_once_with_its_sessions_and_keys(
    client, account, caller, world, outbox
):
    """SEC-21, SEC-51."""
    key = await world.api_key(account.organization)

    answer = await client.post(f"{ACCOUNT}/deactivation", headers=caller.headers)

    assert answer.status_code == 204
    assert (await client.get(ME, headers=caller.headers)).status_code == 401
    assert (await client.get(ME, headers=key.headers)).status_code == 401
    login = await client.post(LOGIN, json={"email": account.email, "password": PASSWORD})
    assert login.json()["code"] == "invalid_login"
    (mail,) = await outbox.to(account.email)
    assert mail.subject == "Your account was deactivated"


@pytest.mark.parametrize(("method", "path"), [("POST", "/deactivation"), ("POST", "/export"), ("DELETE", "")])
async def test_a_stale_session_neither_ends_nor_exports_an_account(client, caller, resources, method, path):
    """SEC-12, SEC-66."""
    async with transaction(resources.engine) as session:
        row = await session.get_one(Session, caller.session_id)
        row.authenticated_at -= timedelta(minutes=11)

    answer = await client.request(method, f"{ACCOUNT}{path}", headers=caller.headers)

    assert answer.json()["code"] == "reauthentication_required"


async def test_a_deleted_person_is_in_no_table_any_more(client, account, caller, world, resources, outbox):
    """SEC-66: every table is searched; ledger and audit trail keep the id, and nothing that names it."""
    await client.post("/api/v1/auth/password-reset", json={"email": account.email})
    await client.post("/api/v1/auth/sign-up", json={"email": account.email})
    await account.login(client)
    await world.api_key(account.organization)
    await write_post(world, account.organization, account.user)
    invited = f"invited-{secrets.token_hex(8)}@example.org"
    await invite(client, caller, invited)
    await invite(client, await world.caller(), account.email)

    answer = await client.delete(ACCOUNT, headers=caller.headers)

    assert answer.status_code == 204
    assert await tables_with(resources, invited) == set()
    assert await tables_with(resources, str(account.user.id)) <= {*OUTLIVING_TABLES, "audit_events"}
    assert await tables_with(resources, account.email) == set()
    assert await tables_with(resources, account.user.full_name) == set()
    assert (await outbox.to(account.email))[-1].subject == "Your account was deleted"


async def invite(client, caller, email):
    path = f"/api/v1/organizations/{caller.organization_id}/invitations"
    answer = await client.post(path, json={"email": email, "role": "viewer"}, headers=caller.headers)
    assert answer.status_code == 201, answer.text


async def tables_with(resources, needle):
    """The tables in which a text stands, wherever in a row."""
    found = set()
    async with transaction(resources.engine) as session:
        for table in Base.metadata.sorted_tables:
            row = literal_column(f'"{table.name}"::text')
            query = select(func.count()).select_from(table).where(row.contains(needle, autoescape=True))
            if await session.scalar(query):
                found.add(table.name)
    return found


async def test_what_was_paid_stays_in_the_ledger_of_a_closed_organization(
    client, account, caller, get, resources
):
    """SEC-66."""
    await client.delete(ACCOUNT, headers=caller.headers)

    organization = await get(Organization, account.organization.id)
    assert (organization.name, organization.is_active) == ("Closed", False)
    assert (await get(CreditAccount, organization.id)).available == 1_000
    async with transaction(resources.engine) as session:
        query = select(func.count()).where(LedgerEntry.organization_id == organization.id)
        assert await session.scalar(query) == 1


async def test_a_deleted_account_opens_nothing_and_its_address_is_free(
    client, account, caller, world, outbox
):
    """SEC-21, SEC-66."""
    key = await world.api_key(account.organization)
    tokens = await account.login(client)

    await client.delete(ACCOUNT, headers=caller.headers)

    for headers in (caller.headers, key.headers, bearer(tokens)):
        assert (await client.get(ME, headers=headers)).status_code == 401
    login = await client.post(LOGIN, json={"email": account.email, "password": PASSWORD})
    assert login.json()["code"] == "invalid_login"
    await client.post("/api/v1/auth/sign-up", json={"email": account.email})
    assert (await outbox.to(account.email))[-1].subject == "Confirm your e-mail address"


@pytest.mark.parametrize(("method", "path"), [("POST", "/deactivation"), ("DELETE", "")])
@pytest.mark.parametrize("is_owner", [False, True])
async def test_nobody_leaves_others_without_an_owner(
    client, account, caller, world, get, method, path, is_owner
):
    """An owner who cannot sign in is none."""
    other = await world.user(is_active=not is_owner)
    await world.member(account.organization, other, role="owner" if is_owner else "admin")

    answer = await client.request(method, f"{ACCOUNT}{path}", headers=caller.headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert (await get(User, account.user.id)).is_active


async def test_of_two_owners_who_deactivate_themselves_at_once_one_stays(client, account, caller, world):
    second = await world.user()
    await world.member(account.organization, second, role="owner")
    await world.member(account.organization, await world.user(), role="viewer")
    other = await world.session_caller(second, account.organization)

    answers = await asyncio.gather(
        *(client.post(f"{ACCOUNT}/deactivation", headers=each.headers) for each in (caller, other))
    )

    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_what_others_share_stays_theirs(client, account, caller, world, get):
    """SEC-66: the post without its author; the keys of who is gone are gone."""
    other = await world.user()
    await world.member(account.organization, other, role="owner")
    post = await write_post(world, account.organization, account.user)
    own_key = await world.api_key(account.organization, created_by=account.user.id)
    other_key = await world.api_key(account.organization, created_by=other.id)

    answer = await client.delete(ACCOUNT, headers=caller.headers)

    assert answer.status_code == 204
    assert (await get(BlogPost, post.id)).author_id is None
    assert await get(ApiKey, own_key.row.id) is None
    assert (await client.get(ME, headers=other_key.headers)).status_code == 200


async def test_an_export_has_every_section_and_no_secret(client, account, caller, world, resources):
    """SEC-66."""
    key = await world.api_key(account.organization, name="Weather key")
    post = await write_post(world, account.organization, account.user)
    tokens = await account.login(client)
    await client.post("/api/v1/auth/password-reset", json={"email": account.email})

    answer = await client.post(f"{ACCOUNT}/export", headers=caller.headers)

    assert answer.status_code == 200
    sections = answer.json()["sections"]
    assert set(sections) == set(SECTIONS)
    assert sections["profile"][0]["email"] == account.email
    assert sections["api_keys"][0]["name"] == "Weather key"
    assert sections["blog_posts"][0]["id"] == str(post.id)
    assert len(sections["sessions"]) == 2
    assert sections["mailed_links"][0]["purpose"] == "password_reset"
    assert answer.json()["truncated"] == []
    async with transaction(resources.engine) as session:
        user = await session.get_one(User, account.user.id)
        digests = await session.scalars(
            select(OneTimeToken.digest).where(OneTimeToken.user_id == account.user.id)
        )
        secret_texts = [user.hashed_password, key.api_key, tokens["refresh_token"], caller.credential]
        secret_texts += [digest.hex() for digest in digests]
    assert [each for each in secret_texts if each in answer.text] == []


async def test_an_export_has_nothing_of_others(client, caller, world):
    """SEC-49."""
    other = await make_account(world, full_name="Somebody Else")
    await write_post(world, other.organization, other.user)

    answer = await client.post(f"{ACCOUNT}/export", headers=caller.headers)

    assert str(other.user.id) not in answer.text
    assert other.email not in answer.text


async def test_an_export_tells_its_own_event(client, caller, resources, account):
    await client.post(f"{ACCOUNT}/export", headers=caller.headers)

    async with transaction(resources.engine) as session:
        query = select(AuditEvent.action).where(AuditEvent.actor_id == account.user.id)
        assert list(await session.scalars(query)) == ["account_exported"]


NOT_EXPORTED = {
    "charge_ids": "ids alone, of the ledger entries that are exported",
    "credit_holds": "ids alone, of the ledger entries that are exported",
    "refresh_tokens": "digests alone, of the sessions that are exported",
    "api_key_secrets": "digests alone, of the keys that are exported",
    "pending_sign_ins": "of the last minutes, without a session yet",
    "passkey_challenges": "of the last minutes, and random",
    "idempotency_keys": "answers of the last day, sealed, that their receiver has had",
}


def test_every_table_that_tells_of_people_is_exported():
    """SEC-66: a new table with a user in it is exported, or says here why not."""
    names = {"user_id", "created_by", "author_id", "actor_id", "invited_by"}
    telling = {
        table.name
        for table in Base.metadata.sorted_tables
        if table.name == "users"
        or any(
            column.name in names or any(key.column.table.name == "users" for key in column.foreign_keys)
            for column in table.columns
        )
    }

    exported = {section.newest.class_.__tablename__ for section in SECTIONS.values()}

    assert telling - set(NOT_EXPORTED) <= exported


def test_no_column_that_holds_a_secret_is_exported():
    """SEC-66."""
    columns = {column.key for section in SECTIONS.values() for column in section.columns}

    assert [name for name in columns if "digest" in name or "secret" in name or "password" in name] == []


async def test_who_is_removed_and_deleted_at_once_blocks_nobody(client, resources, account, caller):
    """Organizations are locked before people, by whoever: here one could wait for the other for ever."""
    async with transaction(resources.engine) as session:
        key = account.organization.id
        await session.get_one(Organization, key, with_for_update={"key_share": True})
        deleting = asyncio.create_task(client.delete(ACCOUNT, headers=caller.headers))
        await until_somebody_waits_for(session, resources)

        locked = await session.get_one(User, account.user.id, with_for_update={"nowait": True})

        assert locked.id == account.user.id
    assert (await deleting).status_code == 204
