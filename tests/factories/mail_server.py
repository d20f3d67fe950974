"""A real SMTP server in this process, that does as a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MailServer:
    """Keeps what it accepts; `answers` says what it answers to recipients and mails, in order."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.recipient_answers: list[str] = []
        self.data_answers: list[str] = []
        self.received = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        """Accept a recipient, or answer as told."""
        answer = self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        """Accept a mail, or answer as told, when that is allowed."""
        self.received.set()
        await self.may_answer.wait()
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        return answer

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        """Let everybody in who gives a name and a password."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None, **options) -> AsyncIterator[MailServer]:
    """Serve on a port of loopback; `tls` from the first byte, or `tls_context=` for STARTTLS."""
    server = MailServer()
    loop = asyncio.get_running_loop()
    options = {"enable_SMTPUTF8": True, "authenticator": server.authenticate, "loop": loop, **options}
    listening = await loop.create_server(lambda: SMTP(server, **options), "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def server_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for loopback that signs itself: for a server, and for whoever is to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, key_path)
    return context, path
