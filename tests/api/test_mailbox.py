"""`/dev/mailbox`: the mails of development, and of nothing else."""

import httpx2
import pytest
from pydantic import ValidationError

from app.adapters.mailbox_folder import KEPT_MAX, MailboxFolder
from app.core.clock import system_clock
from app.core.identifiers import new_id
from app.core.mail import Mail
from app.core.settings import Settings
from app.main import create_app

PAGE = "/dev/mailbox"


@pytest.fixture
def mailbox(tmp_path):
    return MailboxFolder(tmp_path / "mails", clock=system_clock)


@pytest.fixture
async def reader(settings, tmp_path):
    """A client of an application that has this mailbox; it needs no database for it."""
    mail = settings.mail.model_copy(update={"mailbox_folder": tmp_path / "mails"})
    app = create_app(settings.model_copy(update={"mail": mail}))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


def a_mail(**values):
    plain = {
        "id": str(new_id()),
        "to": "ada@example.org",
        "subject": "Grüße",
        "text": "Go to\nhttp://test/verify#token=fgv_1\nor https://evil.example/ <b>x</b>",
        "html": '<p>Hello "you"</p>',
    }
    return Mail(**plain | values)


async def test_the_mailbox_is_empty_at_first(reader):
    answer = await reader.get(PAGE)

    assert answer.status_code == 200
    assert "There is no mail yet." in answer.text


async def test_mails_are_listed_newest_first(reader, mailbox):
    for subject in ("First", "Second"):
        await mailbox.deliver(a_mail(subject=subject))

    page = (await reader.get(PAGE)).text

    assert page.index("Second") < page.index("First")
    assert "ada@example.org" in page


async def test_a_mail_is_shown_with_its_own_links_alone(reader, mailbox):
    mail = a_mail()
    await mailbox.deliver(mail)

    page = (await reader.get(f"{PAGE}/{mail.id}")).text

    assert "Grüße" in page
    assert '<a href="http://test/verify#token=fgv_1" rel="noreferrer">' in page
    assert 'href="https://evil.example/' not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "&lt;p&gt;Hello &#34;you&#34;&lt;/p&gt;" in page


async def test_the_page_runs_no_script_and_loads_nothing(reader, mailbox):
    policy = (await reader.get(PAGE)).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "name", ["x", "..", "%2e%2e%2fpeople.json", "01a210c4-5a7d-747e-9971-ccb1c3339405", "a" * 36]
)
async def test_what_is_no_mail_is_not_there(reader, mailbox, name):
    await mailbox.deliver(a_mail())

    assert (await reader.get(f"{PAGE}/{name}")).status_code == 404


async def test_the_folder_keeps_the_newest_and_for_its_owner_alone(mailbox, tmp_path):
    mails = [a_mail() for _ in range(KEPT_MAX + 2)]
    for mail in mails:
        await mailbox.deliver(mail)

    kept = await mailbox.newest()

    assert [each.mail.id for each in kept] == [mail.id for mail in reversed(mails)][:KEPT_MAX]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "mails").iterdir()} == {0o600}


async def test_a_mail_that_is_kept_twice_is_one_mail(mailbox):
    mail = a_mail()

    await mailbox.deliver(mail)
    await mailbox.deliver(mail)

    assert [each.mail.id for each in await mailbox.newest()] == [mail.id]


async def test_without_a_folder_there_is_no_route(app, client):
    assert (await client.get(PAGE)).status_code == 404
    assert not any(str(getattr(route, "path", "")).startswith("/dev") for route in app.routes)


def test_with_a_mail_server_there_is_no_mailbox(settings, tmp_path):
    mail = settings.mail.model_copy(update={"mailbox_folder": tmp_path, "host": "mail.example.org"})

    assert settings.model_copy(update={"mail": mail}).mailbox_folder is None


def test_production_refuses_to_keep_mails(tmp_path):
    with pytest.raises(ValidationError, match="is for development"):
        Settings(environment="production", mail={"mailbox_folder": tmp_path})
