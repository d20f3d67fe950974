"""The site of the documentation: every page has its place, and nothing on it comes from anywhere else."""

import re
import shutil
import subprocess
import tomllib
from html.parser import HTMLParser

import pytest

from tests.docs.documents import ROOT, documents
from tests.docs.test_documentation import environment
from tests.e2e.chromium import chromium

ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
STYLED = re.compile(r"url\(\s*['\"]?(?:https?:)?//|@import")
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
FOUND = "document.activeElement.shadowRoot?.querySelector('[role=listbox] a[href*=idempotency]')"


class Loads(HTMLParser):
    """Collects what a page makes a browser load; where it leads people to does not count."""

    def __init__(self, page):
        super().__init__()
        self.urls = []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.urls.append(told.get(LOADED.get(tag, ""), "") or "")


def places(entries):
    """The pages of a navigation, sections within sections."""
    for entry in entries:
        for place in entry.values():
            yield from places(place) if isinstance(place, list) else [place]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages, built from a copy with the words of the Makefile."""
    made = ["make", "--silent", "-C", str(ROOT), ".site/.installed"]
    subprocess.run(made, env=environment(), check=True, timeout=300)
    copy = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", copy / "docs")
    shutil.copy(ROOT / "zensical.toml", copy)
    for name in ("Makefile", "requirements"):
        (copy / name).symlink_to(ROOT / name)
    (copy / ".site").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg", ".installed"):
        (copy / ".site" / name).symlink_to(ROOT / ".site" / name)
    done = subprocess.run(
        ["make", "docs"],
        cwd=copy,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / ".site" / "pages"


def test_every_page_has_its_place_in_the_navigation():
    listed = list(places(tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]))
    # A decision has its place in the index of decisions.
    pages = {each.name.removeprefix("docs/") for each in documents() if each.name.startswith("docs/")}
    expected = sorted(name for name in pages if not re.match(r"adr/\d{4}-", name))

    assert sorted(listed) == expected, "zensical.toml has the navigation"


@pytest.mark.long
def test_the_site_loads_nothing_from_another_host(site):
    pages = list(site.rglob("*.html"))
    foreign = {f"{page.name}: {url}" for page in pages for url in Loads(page).urls if ELSEWHERE.match(url)}

    assert len(pages) > 50
    assert foreign == set()
    assert [sheet.name for sheet in site.rglob("*.css") if STYLED.search(sheet.read_text())] == []


@pytest.mark.long
async def test_a_browser_without_a_network_finds_a_word_from_the_disk(site, tmp_path):
    async with chromium(tmp_path) as browser:
        page = await browser.open_page()
        await page.call(
            "Network.emulateNetworkConditions",
            offline=True,
            latency=0,
            downloadThroughput=0,
            uploadThroughput=0,
        )
        await page.go((site / "index.html").as_uri())
        await page.press(".md-search__button")
        await page.until("document.activeElement.shadowRoot")
        await page.call("Input.insertText", text="Idempotency-Key")

        await page.until(FOUND)

        asked = {
            event["params"]["request"]["url"]
            for event in browser.events
            if event["method"] == "Network.requestWillBeSent"
        }
        assert {url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))} == set()
        assert page.complaints == []
