"""`faregate rotate-signing-key`: another key signs access tokens, and nobody is signed out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.secret_box import build_secret_box
from app.cli.trail import build_auditor
from app.core.clock import system_clock
from app.core.database import create_engine
from app.core.settings import Settings
from app.repositories.signing_key_repository import signing_keys_opener
from app.services.signing_key_service import PROPAGATION, PUBLICATION, Rotation, SigningKeyService

T = TypeVar("T")

ForceOption = Annotated[
    bool, typer.Option("--force", help="Do not wait until others have read the next key from the key set.")
]
CompromisedOption = Annotated[
    bool,
    typer.Option("--compromised", help="Also end the old keys at once: every access token must be renewed."),
]


def rotate_signing_key(*, force: ForceOption = False, compromised: CompromisedOption = False) -> None:
    """Let the next key sign access tokens, and publish the one after it.

    The old key verifies until its last token has expired. Run it twice, and the second run changes nothing.
    """
    with database_at_hand() as settings:
        asyncio.run(
            with_signing_keys(settings, lambda keys: rotate(keys, force=force, compromised=compromised))
        )


async def rotate(keys: SigningKeyService, *, force: bool, compromised: bool) -> None:
    """Rotate, and say what has come of it.

    Raises:
        CommandError: the next key is too new.
    """
    hurried = force or compromised
    rotation = await keys.rotate(published_for=PROPAGATION if hurried else PUBLICATION)
    if hurried and rotation.promoted is None:
        say(f"Waiting {seconds(rotation.wait)} seconds until every process knows the next key.")
        await asyncio.sleep(rotation.wait.total_seconds())
        rotation = await keys.rotate(published_for=PROPAGATION)
    tell(rotation)
    if compromised:
        say(f"Ended {await keys.end_retiring()} old keys; their tokens are refused within seconds.")


def tell(rotation: Rotation) -> None:
    """Say what a rotation came to.

    Raises:
        CommandError: the next key is too new.
    """
    if rotation.promoted is not None:
        say(f"The key {rotation.promoted} signs now. The next one is published.")
        return
    if rotation.rotated_at is not None:
        ago = seconds(system_clock() - rotation.rotated_at)
        say(f"The key was rotated {ago} seconds ago. Nothing was changed.")
        return
    message = (
        f"the next key was published just now: others need {seconds(rotation.wait)} seconds more to know it; "
        "--force does not wait for them"
    )
    raise CommandError(message)


async def with_signing_keys(settings: Settings, work: Callable[[SigningKeyService], Awaitable[T]]) -> T:
    """Do the work with the service, on a connection of its own."""
    engine = create_engine(settings.database, pool_size=1)
    try:
        keys = SigningKeyService(
            signing_keys_opener(engine),
            audit_in=build_auditor(engine, command="rotate-signing-key"),
            secret_box=build_secret_box(settings),
            lifetime=timedelta(seconds=settings.sessions.access_token_seconds),
            clock=system_clock,
        )
        return await work(keys)
    finally:
        await engine.dispose()


def seconds(duration: timedelta) -> int:
    """Whole seconds, rounded up."""
    return -int(-duration.total_seconds() // 1)
