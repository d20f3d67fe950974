"""`faregate demo`, behind `make demo`."""

from typing import Annotated

import httpx2
import typer

from app.cli.demo_narrator import Narrator
from app.cli.demo_story import Story
from app.cli.development_credentials import DevelopmentPeople
from app.cli.development_folder import PEOPLE_FILE
from app.cli.environment import development_folder
from app.cli.errors import CommandError

LOCAL_URL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 15

UrlOption = Annotated[
    str | None, typer.Option("--url", help=f"The server; left out: the one that runs here, or {LOCAL_URL}.")
]
OperatorOption = Annotated[
    str | None, typer.Option(help="An operator's e-mail address.", envvar="FAREGATE_DEMO_OPERATOR_EMAIL")
]
OperatorPasswordOption = Annotated[
    str | None, typer.Option(help="Their password.", envvar="FAREGATE_DEMO_OPERATOR_PASSWORD")
]
OwnerOption = Annotated[
    str | None, typer.Option(help="A customer's e-mail address.", envvar="FAREGATE_DEMO_OWNER_EMAIL")
]
OwnerPasswordOption = Annotated[
    str | None, typer.Option(help="Their password.", envvar="FAREGATE_DEMO_OWNER_PASSWORD")
]


def demo(
    *,
    url: UrlOption = None,
    operator_email: OperatorOption = None,
    operator_password: OperatorPasswordOption = None,
    owner_email: OwnerOption = None,
    owner_password: OwnerPasswordOption = None,
) -> None:
    """Tell the whole story against a running server, request by request.

    Signs in with the people of `faregate run`, unless others are given. The customer should be on the plan
    "free": the story ends at its limit.
    """
    given = (operator_email, operator_password, owner_email, owner_password)
    people = people_from(given)
    base_url = url or url_of_running_server() or LOCAL_URL
    try:
        with httpx2.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            Story(Narrator(client), people).tell()
    except httpx2.TransportError as error:
        message = f"{base_url} does not answer ({error}); start it with: make run"
        raise CommandError(message) from None


def people_from(given: tuple[str | None, ...]) -> DevelopmentPeople:
    """Those of the options, else those that `faregate run` made.

    Raises:
        CommandError: there are none, or only some options are given.
    """
    complete = [text for text in given if text]
    if len(complete) == len(given):
        return DevelopmentPeople(*complete)
    people = development_folder().people()
    if complete or people is None:
        message = (
            "give an e-mail address and a password for both the operator and the owner"
            f" (see --help): .data/{PEOPLE_FILE} of `make run` is not used or not there"
        )
        raise CommandError(message)
    return people


def url_of_running_server() -> str | None:
    """Where `faregate run` of this folder serves."""
    running = development_folder().running()
    return None if running is None else running.base_url
