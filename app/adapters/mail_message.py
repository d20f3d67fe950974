"""A mail in the form of RFC 5322 and MIME."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from app.core.mail import Mail


def mail_message(mail: Mail, *, from_address: str, from_name: str, now: datetime) -> EmailMessage:
    """Text and HTML as alternatives; the policy refuses line breaks in headers.

    The Message-ID is the mail's own, so a mail that is sent twice can be told from two mails. Auto-Submitted
    (RFC 3834) keeps holiday notes from answering.
    """
    # The local part of an address may hold what is no ASCII (RFC 6531); its domain is ASCII always.
    message = EmailMessage(policy=SMTP if mail.to.isascii() else SMTP.clone(utf8=True))
    local, _, domain = mail.to.rpartition("@")
    message["Subject"] = mail.subject
    message["From"] = Address(from_name, addr_spec=from_address)
    message["To"] = Address(username=local, domain=domain)
    message["Date"] = now
    message["Message-ID"] = f"<{mail.id}@{from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
