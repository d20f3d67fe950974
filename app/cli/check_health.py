"""`faregate check-health`: the container's health check."""

import http.client
from urllib.parse import urlsplit

from app.cli.console import say
from app.cli.errors import CommandError
from app.core.settings import Settings

TIMEOUT_SECONDS = 3


def check_health() -> None:
    """Ask the server on this machine whether it is ready; exit with 1 if it is not."""
    url = Settings().http.local_url
    if not is_ready(url):
        message = f"{url} is not ready"
        raise CommandError(message)
    say(f"{url} is ready")


def is_ready(url: str) -> bool:
    """Whether the server answers that it is ready; a 503 is a no."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
