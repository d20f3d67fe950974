"""Sends requests and tells of them: each and its answer in a line, secrets shortened."""

import json
import time
from http import HTTPStatus
from typing import Any

import httpx2

from app.cli.console import out, say
from app.cli.errors import CommandError

LINE_LENGTH_MAX = 240
WAITING_SECONDS_MAX = 90
SECRET_MEMBERS = frozenset({"password", "access_token", "refresh_token", "api_key", "key"})
KEY_LENGTH_SHOWN = 12
UNTOLD_MEMBERS = frozenset(
    {
        "id",
        "organization_id",
        "created_by",
        "author_id",
        "session_id",
        "request_id",
        "api_key_id",
        "user_id",
        "principal",
        "instance",
        "type",
        "headers",
        "description",
        "environment",
        "prefix",
        "plan",
        "credits_spent",
        "allowed_cidrs",
        "metadata",
        "expires_at",
        "revoked_at",
        "last_used_at",
        "created_at",
        "updated_at",
        "refresh_expires_at",
        "next_cursor",
        "sequence",
        "limits",
        "enabled",
    }
)
"""What would make the story long."""


class Narrator:
    """Numbers the steps of a story, sends their requests and stops at the first unexpected answer."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._step = 0

    def title(self, text: str) -> None:
        """Begin the next step."""
        self._step += 1
        out.print(f"\n{self._step}. {text}", style="bold", markup=False, soft_wrap=True)

    def call(
        self,
        method: str,
        path: str,
        *,
        credential: str | None = None,
        body: dict[str, Any] | None = None,
        expect: HTTPStatus = HTTPStatus.OK,
    ) -> httpx2.Response:
        """Send a request and tell of it and of its answer.

        Raises:
            CommandError: the status is not the expected one.
        """
        say(shorten(f"   {method} {path} {to_text(body)}"))
        answer = self.send(method, path, credential=credential, body=body)
        waited = 0
        while answer.status_code == HTTPStatus.TOO_MANY_REQUESTS != expect and waited < WAITING_SECONDS_MAX:
            waited += self.wait_as_told(answer)
            answer = self.send(method, path, credential=credential, body=body)
        self.tell(answer)
        self.check(answer.status_code == expect, f"{expect.value} {expect.phrase}", answer)
        return answer

    def send(
        self, method: str, path: str, *, credential: str | None, body: dict[str, Any] | None = None
    ) -> httpx2.Response:
        """Send a request without a word."""
        headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
        return self._client.request(method, path, headers=headers, json=body)

    def tell(self, answer: httpx2.Response) -> None:
        """Tell of an answer."""
        body = answer.json() if answer.content else None
        say(shorten(f"   -> {answer.status_code} {to_text(body)}"))

    def wait_as_told(self, answer: httpx2.Response) -> int:
        """Wait as long as a 429 says; an earlier run may have used the limit up."""
        seconds = int(answer.headers.get("Retry-After", "1"))
        say(f"   -> 429, used up by an earlier run: waiting {seconds} s, as Retry-After says")
        time.sleep(min(seconds, WAITING_SECONDS_MAX))
        return seconds

    def check(self, is_so: bool, what: str, answer: httpx2.Response) -> None:  # noqa: FBT001 -- the question
        """Go on only if it is as expected.

        Raises:
            CommandError: it is not.
        """
        if not is_so:
            message = f"step {self._step} differs: expected {what}, got {answer.status_code} {answer.text}"
            raise CommandError(message)


def to_text(body: Any) -> str:  # noqa: ANN401 -- any JSON
    """What is worth telling of a body, on one line."""
    return "" if body is None else json.dumps(tellable(body), ensure_ascii=False)


def tellable(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """The same without what makes it long, and with its secrets cut short."""
    if isinstance(value, dict):
        told = {name: member for name, member in value.items() if name not in UNTOLD_MEMBERS}
        return {
            name: cut(member) if name in SECRET_MEMBERS else tellable(member) for name, member in told.items()
        }
    return [tellable(item) for item in value] if isinstance(value, list) else value


def cut(secret: str) -> str:
    """The beginning of a key, which names it; nothing of other secrets."""
    return f"{secret[:KEY_LENGTH_SHOWN]}..." if secret.startswith("fg_") else "..."


def shorten(line: str) -> str:
    """At most a few lines of a terminal."""
    return line if len(line) <= LINE_LENGTH_MAX else f"{line[: LINE_LENGTH_MAX - 3]}..."
