"""The servers of one run: each is started when it is first needed, and kept."""

from contextlib import ExitStack
from pathlib import Path

from benchmarks.app_server import AppServer
from benchmarks.database import Database
from benchmarks.login_environment import login_environment
from benchmarks.transaction_settings import POOL_SIZE_VARIABLE
from benchmarks.world import Secrets

PRODUCT = "app.main:create_app"
CONSTANT = "benchmarks.constant_app:app"
TRANSACTION = "benchmarks.transaction_app:app"
ROUTE_TABLE = {"FAREGATE_FORWARD__ROUTES": '[{"method": "GET", "path": "/reports/{id}", "cost": 1}]'}
"""What a proxy asks about costs what everything else does."""


class Servers:
    """Starts the product, the constant and the transaction per request; `stack` ends them."""

    def __init__(self, stack: ExitStack, folder: Path, secrets: Secrets) -> None:
        self._stack = stack
        self._folder = folder
        self._secrets = secrets
        self._running: dict[str, AppServer] = {}

    def product(self, database: Database, *, workers: int = 1) -> AppServer:
        """Faregate as in production, on this database."""
        server = self._make(PRODUCT, database, ROUTE_TABLE, workers=workers)
        return self._keep(f"{PRODUCT} {database.url} {workers}", server)

    def unrecorded(self, database: Database) -> AppServer:
        """The product, but for the record of use."""
        return self._keep(
            f"{PRODUCT} unrecorded", self._make(PRODUCT, database, {"FAREGATE_USAGE__RECORDED": "false"})
        )

    def login(self, database: Database) -> AppServer:
        """The product with no limit on signing in but the hashing itself."""
        return self._keep(f"{PRODUCT} login", self._make(PRODUCT, database, login_environment()))

    def constant(self) -> AppServer:
        """The same routes answering constants."""
        return self._keep(CONSTANT, AppServer(CONSTANT, folder=self._folder))

    def transaction(self, database: Database, pool_size: int) -> AppServer:
        """The same decision as one transaction per request."""
        return self._keep(TRANSACTION, self.make_transaction(database, pool_size))

    def make_transaction(self, database: Database, pool_size: int) -> AppServer:
        """The same, to be started and ended by the caller."""
        return self._make(TRANSACTION, database, {POOL_SIZE_VARIABLE: str(pool_size)})

    def _make(
        self, target: str, database: Database, more: dict[str, str] | None = None, *, workers: int = 1
    ) -> AppServer:
        environment = self._secrets.environment(database.url) | (more or {})
        return AppServer(target, folder=self._folder, environment=environment, workers=workers)

    def _keep(self, name: str, server: AppServer) -> AppServer:
        if name not in self._running:
            self._running[name] = self._stack.enter_context(server)
        return self._running[name]
