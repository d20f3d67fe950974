"""A real Chromium, driven through the DevTools protocol over a pipe: no port, no library, no download."""

import asyncio
import json
import os
import shutil
import subprocess
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS_MAX = 20
OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    # Where tests run as root, or in a container, Chromium's own sandbox cannot be made.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)


def find_chromium() -> str:
    """The browser's path; where there is none the test says so, or fails if it is required."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    reason = "Chromium is missing: the account pages and the cookies are not tried in a real browser"
    if os.environ.get("FAREGATE_TEST_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


class Chromium:
    """Sends commands and keeps what the browser tells (https://chromedevtools.github.io/devtools-protocol)."""

    def __init__(self, writer: int) -> None:
        self._writer = writer
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []

    async def call(self, method: str, *, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The result of a command."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._answers[number] = asyncio.get_running_loop().create_future()
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(SECONDS_MAX):
            answer = await self._answers[number]
        assert "error" not in answer, (method, answer)
        return answer["result"]

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Sort out what comes until the browser ends."""
        while True:
            try:
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
            except asyncio.IncompleteReadError:
                return
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            else:
                self.events.append(message)

    async def open_page(self) -> "Page":
        """A new tab with cookies of its own."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.call(f"{domain}.enable")
        return page


class Page:
    """One tab, used as a person uses it."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command to this tab."""
        return await self._browser.call(method, session=self._session, **params)

    async def go(self, url: str) -> None:
        """Follow a link from elsewhere."""
        # First away: a link that differs in its fragment alone would load nothing.
        await self.call("Page.navigate", url="about:blank")
        await self.until("location.href === 'about:blank'")
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def run(self, script: str) -> Any:
        """What a script in the page comes to; a promise is awaited."""
        done = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until a condition holds in the page, but not for ever."""
        async with asyncio.timeout(SECONDS_MAX):
            while not await self.run(f"Boolean({condition})"):
                await asyncio.sleep(0.02)

    async def type(self, field: str, text: str) -> None:
        """Put the cursor into a field and type."""
        await self.run(f"document.querySelector({json.dumps(field)}).focus()")
        await self.call("Input.insertText", text=text)

    async def press(self, button: str) -> None:
        """Press a button."""
        await self.run(f"document.querySelector({json.dumps(button)}).click()")

    async def until_shown(self, part: str) -> None:
        """Wait until a part of the page is visible."""
        await self.until(f"document.querySelector({json.dumps(part)})?.checkVisibility()")

    async def cookies(self) -> dict[str, dict[str, Any]]:
        """The cookies of the tab, by name."""
        return {each["name"]: each for each in (await self.call("Network.getCookies"))["cookies"]}

    @property
    def complaints(self) -> list[str]:
        """Whatever stands in the tab's console as an error: exceptions, and what a policy has blocked."""
        mine = [event for event in self._browser.events if event.get("sessionId") == self._session]
        return [
            json.dumps(event["params"])
            for event in mine
            if event["method"] == "Runtime.exceptionThrown"
            or (event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error")
            or (event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] == "error")
        ]


SIGN_IN = """
fetch("/api/v1/auth/login", {
  method: "POST",
  headers: {"Content-Type": "application/json", "X-Session-Transport": "cookie"},
  body: JSON.stringify(CREDENTIALS),
}).then((answer) => answer.status)
"""


async def sign_in_by_cookie(page: Page, email: str, password: str) -> int:
    """What a sign-in from a page of ours answers; the browser keeps the tokens."""
    credentials = json.dumps({"email": email, "password": password})
    status: int = await page.run(SIGN_IN.replace("CREDENTIALS", credentials))
    return status


@asynccontextmanager
async def chromium(folder: Path):
    """A browser with a profile in `folder`, for a while."""
    path = find_chromium()
    (commands, writer), (reader, answers) = os.pipe(), os.pipe()
    # Chromium reads its commands from 3 and answers on 4.
    script = f'exec "$@" 3<&{commands} 4>&{answers} {commands}<&- {answers}>&-'
    process = subprocess.Popen(
        ["bash", "-c", script, "bash", path, *OPTIONS, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(commands, answers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(commands)
    os.close(answers)
    stream = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reader, "rb")
    )
    browser = Chromium(writer)
    listening = asyncio.create_task(browser.listen(stream))
    try:
        yield browser
        await browser.call("Browser.close")
    finally:
        os.close(writer)
        try:
            await asyncio.to_thread(process.wait, 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listening.cancel()
        transport.close()
