"""The panel that `faregate run` shows when the server answers."""

import threading
import time

from rich.panel import Panel

from app.cli.check_health import is_ready
from app.cli.console import complain, out, say
from app.cli.development_credentials import DevelopmentCredentials
from app.cli.development_folder import PEOPLE_FILE, DevelopmentFolder
from app.cli.preparation import Preparation
from app.core.settings import Settings

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.02


class Welcome:
    """Waits for the server in the background, then shows where it is and how to try it."""

    def __init__(self, settings: Settings, folder: DevelopmentFolder | None = None) -> None:
        self._url = settings.http.local_url
        self._shows_mails = settings.mailbox_folder is not None
        self._folder = folder

    def begin(self, preparation: Preparation) -> None:
        """Start waiting; the caller goes on to serve."""
        threading.Thread(target=self._wait_and_show, args=(preparation,), daemon=True).start()

    def _wait_and_show(self, preparation: Preparation) -> None:
        credentials = preparation.finish()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not preparation.failed:
            if is_ready(self._url):
                self._show(credentials)
                return
            if time.monotonic() > deadline:
                complain(f"the server is not ready after {PATIENCE_SECONDS:.0f} s; see its lines above")
                return
            time.sleep(POLL_SECONDS)

    def _show(self, credentials: DevelopmentCredentials | None) -> None:
        rows = [("API", self._url), ("Docs", f"{self._url}/docs"), *self._mails(), *self._access(credentials)]
        width = max(len(name) for name, _ in rows)
        text = "\n".join(f"{name:{width}}  {value}" for name, value in rows)
        out.print(Panel.fit(text, title="Faregate is ready", subtitle="Ctrl-C stops it"))
        if credentials is not None:
            for what, line in curl_lines(self._url, credentials).items():
                out.print(f"{what}:", style="dim")
                say(line)

    def _mails(self) -> list[tuple[str, str]]:
        return [("Mails", f"{self._url}/dev/mailbox")] if self._shows_mails else []

    def _access(self, credentials: DevelopmentCredentials | None) -> list[tuple[str, str]]:
        if self._folder is None:
            return [("Accounts", "faregate create-operator EMAIL, faregate create-user EMAIL")]
        if credentials is None:
            return [
                ("Passwords", f"{self._folder.path.name}/{PEOPLE_FILE}"),
                ("Keys", 'shown once; for new ones: make run ARGS="--new-keys"'),
            ]
        people = credentials.people
        signing_in = (
            []
            if people is None
            else [
                ("Operator", f"{people.operator_email}  {people.operator_password}"),
                ("Owner", f"{people.owner_email}  {people.owner_password}"),
            ]
        )
        keys = [("Customer key", credentials.customer_key), ("Service key", credentials.service_key)]
        return [*signing_in, *keys]


def curl_lines(url: str, credentials: DevelopmentCredentials) -> dict[str, str]:
    """Three lines to paste, by what they do."""
    json_header = "-H 'Content-Type: application/json'"
    service = f"-H 'Authorization: Bearer {credentials.service_key}'"
    customer = f"-H 'Authorization: Bearer {credentials.customer_key}'"
    api = f"{url}/api/v1"
    curl = r"curl -sS -w '\n'"
    post = """-d '{"title": "Hello", "body": "It works."}'"""
    write = f"curl -sS {api}/blog-posts {customer} {json_header} {post}"
    find_id = """grep -o '"id":"[^"]*' | head -n 1 | cut -c 7-"""
    question = f"""-d '{{"key": "{credentials.customer_key}"}}'"""
    return {
        "Verify the customer key": f"{curl} {api}/verify {service} {json_header} {question}",
        "Write and publish a blog post with it": (
            f"{curl} -X PUT {api}/blog-posts/$({write} | {find_id})/publication {customer}"
        ),
        "Read the balance and the ledger": f"{curl} {customer} {api}/credits {api}/credits/ledger",
    }
