"""People are told by mail what is done to their accounts."""

import pytest

from app.core.database import transaction
from app.core.security_notice import TEXTS, SecurityNotice
from tests.factories.notices import notices_in


@pytest.fixture
def tell(resources):
    async def tell_one(notice, user_id, **options):
        async with transaction(resources.engine) as session:
            await notices_in(session, resources).tell(notice, user_id, **options)

    return tell_one


@pytest.mark.parametrize("notice", SecurityNotice)
async def test_every_notice_says_what_happened_where_and_when(notice, tell, world, outbox):
    user = await world.user()

    await tell(notice, user.id)

    (mail,) = await outbox.to(user.email)
    assert mail.subject == TEXTS[notice].subject
    for part in (mail.text, mail.html):
        assert TEXTS[notice].sentence in part
        assert "192.0.2.7" in part
        assert "http://test/account/password-reset" in part


async def test_a_name_in_a_notice_is_no_markup_and_no_link(tell, world, outbox):
    """SEC-69."""
    user = await world.user()

    await tell(SecurityNotice.API_KEY_CREATED, user.id, subject="<b>https://evil.example</b>\r\nBcc: x")

    (mail,) = await outbox.to(user.email)
    assert "<b>" not in mail.html
    assert "https://evil.example" not in mail.text + mail.html
    assert "Bcc" not in mail.subject
