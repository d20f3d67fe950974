"""`faregate serve`."""

from typing import Annotated

import typer

from app.cli.console import complain
from app.cli.environment import override
from app.cli.errors import CommandError
from app.cli.web_server import WebServer
from app.core.settings import Settings

HostOption = Annotated[str | None, typer.Option(help="Address to listen on (FAREGATE_HTTP__HOST).")]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on (FAREGATE_HTTP__PORT).")]
WorkersOption = Annotated[int | None, typer.Option(help="Processes that serve (FAREGATE_HTTP__WORKERS).")]


def serve(host: HostOption = None, port: PortOption = None, workers: WorkersOption = None) -> None:
    """Serve with the database and the secrets of the environment; for production."""
    settings = override(host=host, port=port, workers=workers)
    require_complete(settings)
    for warning in warnings_about(settings):
        complain(warning)
    WebServer(settings).serve()


def require_complete(settings: Settings) -> None:
    """Go on only with a database and secrets; production's settings have refused to be without long before.

    Raises:
        CommandError: naming all that is missing.
    """
    needed = {
        "DATABASE_URL": settings.database.url,
        "FAREGATE_SECRETS__API_KEY_PEPPER": settings.secrets.api_key_pepper,
        "FAREGATE_SECRETS__ENCRYPTION_KEY": settings.secrets.encryption_key,
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        message = f"not set: {', '.join(missing)} (`faregate run` brings its own, for development)"
        raise CommandError(message)


def warnings_about(settings: Settings) -> list[str]:
    """What works in production, and is rarely meant."""
    warnings = []
    if settings.is_production and settings.http.public_url.scheme != "https":
        warnings.append("warning: FAREGATE_HTTP__PUBLIC_URL is not https")
    if settings.is_production and "*" in settings.http.trusted_hosts:
        warnings.append("warning: FAREGATE_HTTP__TRUSTED_HOSTS accepts every Host header")
    if settings.is_production and settings.mail.host is None:
        warnings.append("warning: FAREGATE_MAIL__HOST is not set; no mail can leave")
    return warnings
