"""The environment of a command: a `.env` file, and in development what the data folder remembers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from dotenv import load_dotenv

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.cli.development_folder import DevelopmentFolder
from app.core.settings import Settings


def load_environment_file() -> None:
    """Read `.env` of the current folder; variables that are set already win."""
    load_dotenv(".env", override=False)


def override(*, host: str | None, port: int | None, workers: int | None) -> Settings:
    """The settings with what the command line says, for this process and those it starts."""
    options = {"HOST": host, "PORT": port, "WORKERS": workers}
    for name, value in options.items():
        if value is not None:
            os.environ[f"FAREGATE_HTTP__{name}"] = str(value)
    settings = Settings()
    if not os.environ.get("FAREGATE_HTTP__PUBLIC_URL"):
        os.environ["FAREGATE_HTTP__PUBLIC_URL"] = settings.http.local_url
    return Settings()


def development_folder() -> DevelopmentFolder:
    """The data folder of the current folder."""
    return DevelopmentFolder.here()


def complete_for_development(settings: Settings, folder: DevelopmentFolder) -> Settings:
    """In development: the secrets that are not set, made once and kept in the data folder, and a mailbox."""
    if settings.is_production:
        return settings
    if settings.secrets.api_key_pepper is None:
        os.environ["FAREGATE_SECRETS__API_KEY_PEPPER"] = folder.pepper()
    if settings.secrets.encryption_key is None:
        os.environ["FAREGATE_SECRETS__ENCRYPTION_KEY"] = folder.encryption_key()
    if settings.mail.host is None and settings.mail.mailbox_folder is None:
        os.environ["FAREGATE_MAIL__MAILBOX_FOLDER"] = str(folder.mailbox)
    return Settings()


@contextmanager
def database_at_hand() -> Iterator[Settings]:
    """Settings with a database that answers, for a command that needs one.

    That of `DATABASE_URL`; else, in development, that of `faregate run` while it runs; else the same one,
    started for as long as the command takes.
    """
    settings = Settings()
    folder = development_folder()
    if settings.database.url is not None:
        yield complete_for_development(settings, folder)
        return
    running = folder.running()
    if running is not None:
        os.environ["DATABASE_URL"] = running.database_url
        # Links of mails lead to where it is, whoever sends them.
        os.environ.setdefault("FAREGATE_HTTP__PUBLIC_URL", running.base_url)
        yield complete_for_development(settings, folder)
        return
    with EmbeddedPostgres(folder.path) as server:
        os.environ["DATABASE_URL"] = server.url
        yield complete_for_development(settings, folder)
