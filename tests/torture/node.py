"""An application in this process, asked as over HTTP."""

import json
from contextlib import asynccontextmanager

from pydantic import SecretStr

from app.main import create_app
from tests.api.asgi import ask

JSON = ("content-type", "application/json")


class Node:
    """One application, and somebody who may ask its gate."""

    def __init__(self, app, service_key):
        self.app = app
        self._headers = [("authorization", f"Bearer {service_key}"), JSON]

    async def verify(self, **question):
        """The answer to a question: status, headers, and the body's value."""
        status, headers, text = await ask(self.app, self._headers, json.dumps(question).encode())
        return status, dict(headers), json.loads(text)

    async def post(self, path, headers, body):
        """The answer to a POST."""
        fields = [*headers.items(), JSON]
        status, fields, text = await ask(self.app, fields, json.dumps(body).encode(), path=path)
        return status, dict(fields), json.loads(text)

    def close(self):
        """There is no connection to end."""


def on_database(settings, url):
    """The same settings for another database."""
    database = settings.database.model_copy(update={"url": SecretStr(url)})
    return settings.model_copy(update={"database": database})


@asynccontextmanager
async def open_node(settings, service_key, *, url=None, **database):
    """An application of its own on the database at `url`, with settings of its own for it."""
    settings = settings if url is None else on_database(settings, url)
    chosen = settings.database.model_copy(update=database)
    app = create_app(settings.model_copy(update={"database": chosen}))
    async with app.router.lifespan_context(app):
        yield Node(app, service_key)
