"""Without a mail server."""

import pytest

from app.adapters.missing_mailer import MissingMailer
from app.core.jobs import HopelessJobError, JobError
from app.core.mail import Mail


async def test_no_mail_leaves_and_the_job_waits_for_a_server():
    mail = Mail(id="1", to="ada@example.org", subject="S", text="T", html="H")

    with pytest.raises(JobError, match="FAREGATE_MAIL__HOST is not set") as refusal:
        await MissingMailer().deliver(mail)

    assert not isinstance(refusal.value, HopelessJobError)
