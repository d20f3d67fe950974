"""What strangers chose, in mails: no markup, no header, no link (SEC-10, SEC-69)."""

import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.mail_composer import TEMPLATES, MailComposer
from app.adapters.mail_message import mail_message
from app.core.clock import system_clock
from app.core.jobs import HopelessJobError, JobError, SendMail
from app.core.mail import MailTemplate
from app.core.mail_text import LENGTH_MAX, neutral

PUBLIC_URL = "https://gate.example.org/"
CORPUS = [
    "Ada\r\nBcc: victim@example.org",
    "Ada\nSubject: Hacked\n\nbody",
    "Ada\u2028Bcc: victim@example.org",
    "Ada\x85X-Header: 1",
    "Ada\x00\x1b[31m\x7f",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<a href='https://evil.example/'>Click</a>",
    "{{ 7*7 }} {% include 'layout.txt.j2' %}",
    "{{ self.__init__.__globals__ }}",
    "https://evil.example/reset",
    "HTTPS://EVIL.EXAMPLE",
    "hxxps: //evil.example",
    "https\uff1a//evil.example",
    "https:\u2044\u2044evil.example",
    "www.evil.example",
    "WWW.evil.example/path",
    "evil.example",
    "Your account is locked, go to evil.example/unlock now",
    "evil\u3002example",
    "evil\uff0eexample",
    "evil\uff61example",
    "пример.рф",
    "e\u200bvil.example",
    "evil.\u200dexample",
    "\u202eelpmaxe.live",
    "evil\u00ad.example",
    "//evil.example/",
    "javascript:alert(1)//x.example",
    "www.evil.example@example.org",
    "https://evil.example/?a@example.org",
]
SEPARATORS = ".\u3002\uff0e\uff61\u2024"


class Links(HTMLParser):
    """The elements of a document, and where its links lead."""

    def __init__(self, document):
        super().__init__()
        self.elements = []
        self.targets = []
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.targets += [value for name, value in attributes if name in {"href", "src"}]


@pytest.fixture
def compose(monkeypatch, tmp_path):
    """Composes a mail in which a name stands in the subject, the text and the HTML."""
    for path in TEMPLATES.iterdir():
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "delivery_test.txt.j2").write_text("Hello {{ name }}\n\nDear {{ name }}, go to\n{{ url }}\n")
    (tmp_path / "delivery_test.html.j2").write_text(
        '{% extends "layout.html.j2" %}{% from "parts.html.j2" import button %}'
        '{% block body %}<p title="{{ name }}">Dear {{ name }}</p>{{ button(url, "Go on") }}{% endblock %}'
    )
    monkeypatch.setattr("app.adapters.mail_composer.TEMPLATES", tmp_path)

    def compose(name, url="https://gate.example.org/verify#token=fgv_abc", **values):
        job = SendMail(
            id="01a210c4-5a7d-747e-9971-ccb1c3339405",
            template=MailTemplate.DELIVERY_TEST,
            to="ada@example.org",
            values={"name": name} | values,
            links={"url": url},
        )
        return MailComposer(public_url=PUBLIC_URL, sender="Faregate").compose(job)

    return compose


def wire(mail):
    """The mail's bytes."""
    message = mail_message(mail, from_address="gate@example.org", from_name="Faregate", now=system_clock())
    return message.as_bytes()


@pytest.mark.parametrize("name", CORPUS)
def test_a_name_adds_no_header(compose, name):
    """SEC-69."""
    raw = wire(compose(name))

    head = raw.partition(b"\r\n\r\n")[0]
    headers = message_from_bytes(raw, policy=default)
    assert set(headers.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
    }
    assert head.count(b"\r\nTo:") == 1
    assert "\n" not in headers["Subject"]
    assert headers["To"] == "ada@example.org"


@pytest.mark.parametrize("name", CORPUS)
def test_a_name_adds_no_markup_and_no_link_to_the_html(compose, name):
    """SEC-69, SEC-10."""
    plain, hostile = Links(compose("Ada").html), Links(compose(name).html)

    assert hostile.elements == plain.elements
    assert hostile.targets == plain.targets == ["https://gate.example.org/verify#token=fgv_abc"]


@pytest.mark.parametrize("name", CORPUS)
def test_a_name_adds_no_line_and_nothing_that_reads_as_a_link_to_the_text(compose, name):
    """SEC-69, SEC-10: mail programs make links of their own from text that looks like one."""
    mail = compose(name)

    assert len(mail.text.splitlines()) == len(compose("Ada").text.splitlines())
    for text in (mail.subject, mail.text, mail.html):
        foreign = text.replace("https://gate.example.org", "").replace("<!doctype", "")
        assert "://" not in foreign
        assert "evil.example" not in foreign.lower()
        assert "www." not in foreign.lower()
        assert re.search(rf"evil[{SEPARATORS}]\S", foreign) is None
        assert "\u200b" not in foreign


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("St. Mary's & Sons Inc.", "St. Mary's & Sons Inc."),
        ("Müller GmbH (Köln)", "Müller GmbH (Köln)"),
        ("ada.lovelace+x@example.org", "ada.lovelace+x@example.org"),
        ("203.0.113.9", "203.0.113.9"),
        ("Version 2.0: now", "Version 2.0: now"),
        ("世界", "世界"),
        ("evil.example", "evil[.]example"),
        ("https://evil.example/", "https[:]//evil[.]example/"),
        ("  two\n lines ", "two lines"),
    ],
)
def test_honest_names_stay_as_they_are(name, shown):
    assert neutral(name) == shown


@given(st.text())
def test_whatever_the_name_is_one_line_without_links_is_left(name):
    """SEC-69."""
    line = neutral(name)

    assert len(line.splitlines()) <= 1
    assert "://" not in line
    assert "www." not in line.lower()
    assert neutral(line) == line


def test_a_long_name_is_cut():
    assert len(neutral("a" * 10_000)) == LENGTH_MAX


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/verify#token=x",
        "https://gate.example.org.evil.example/",
        "https://gate.example.org@evil.example/",
        "https://gate.example.org",
        "http://gate.example.org/verify",
        "//gate.example.org/",
        "javascript:alert(1)",
        "https://gate.example.org/\r\nBcc: x@example.org",
        "https://gate.example.org/ https://evil.example/",
    ],
)
def test_a_link_leads_to_the_public_url_or_the_mail_is_not_sent(compose, url):
    """SEC-10: even if a job were forged or the worker were set up for another deployment."""
    with pytest.raises(JobError, match="does not begin with"):
        compose("Ada", url=url)


def test_a_template_that_lacks_a_value_is_not_tried_again(compose):
    job = SendMail(
        id="1", template=MailTemplate.DELIVERY_TEST, to="ada@example.org", values={"other": "x"}, links={}
    )

    with pytest.raises(HopelessJobError, match="'name' is undefined"):
        MailComposer(public_url=PUBLIC_URL, sender="Faregate").compose(job)


@pytest.mark.parametrize("template", MailTemplate)
def test_every_template_has_a_subject_a_text_and_an_html_part(template):
    text = (TEMPLATES / f"{template}.txt.j2").read_text()
    html = (TEMPLATES / f"{template}.html.j2").read_text()

    assert text.partition("\n")[0].strip()
    assert text.partition("\n")[2].strip()
    assert '{% extends "layout.html.j2" %}' in html
    assert "|safe" not in html.replace(" ", "")


def test_no_template_is_without_a_use():
    named = {path.name.partition(".")[0] for path in TEMPLATES.iterdir()}

    assert named == {*MailTemplate, "layout", "parts"}
