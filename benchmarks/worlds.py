"""The databases of one run, in one PostgreSQL: the small one at once, the big one when it is needed."""

from collections.abc import Callable

from app.adapters.embedded_postgres import NAME, EmbeddedPostgres
from benchmarks.big_world import BigWorld, make_big_world
from benchmarks.database import Database, copy_database
from benchmarks.http_requests import Load, batch_load, forward_load, profile_load, verify_load
from benchmarks.world import CUSTOMERS, Secrets, make_world

SCATTERED_KEYS = 131_072
"""As many as a run asks for, so that hardly a key is asked for twice."""


class Worlds:
    """Where the rows are, and the requests that ask for them."""

    def __init__(
        self, postgres: EmbeddedPostgres, secrets: Secrets, size: BigWorld, tell: Callable[[str], None]
    ) -> None:
        self.small = Database(postgres.url)
        self.small.migrate()
        self._tell = tell
        self._world = make_world(secrets.settings(postgres.url))
        self.small.execute("VACUUM (ANALYZE)")
        self._size = size
        # A copy is made of what nobody uses yet; it is filled when its turn comes.
        self._big = copy_database(postgres, source=NAME, name="big")
        self._big_is_filled = False

    @property
    def big(self) -> Database:
        """A million keys and ten million ledger entries; takes minutes at first use."""
        if not self._big_is_filled:
            make_big_world(self._big, self._size, self._tell)
            self._big_is_filled = True
        return self._big

    @property
    def used(self) -> list[Database]:
        """The databases that requests have charged."""
        return [self.small, self._big] if self._big_is_filled else [self.small]

    def profiles(self) -> Load:
        """Each customer's own profile, in turn."""
        return profile_load(self._world.tokens)

    @property
    def emails(self) -> list[str]:
        """Of those who can sign in."""
        return self._world.emails

    def all_customers(self) -> Load:
        """A key of each of 100 organizations, in turn."""
        return self._ask(self._world.keys)

    def forwarded_requests(self) -> Load:
        """A client's request with a key of each of 100 organizations, in turn."""
        return forward_load(self._world.keys)

    def batches(self) -> Load:
        """All of the 100 organizations at once."""
        return batch_load(self._world.service_key, self._world.keys)

    def one_customer(self) -> Load:
        """One key, for ever."""
        return self._ask(self._world.keys[:1])

    def one_customer_of_many_grants(self) -> Load:
        """The key of the organization whose credits came in a thousand grants, for ever."""
        return self._ask([self._world.key_of_many_grants])

    def scattered_keys(self) -> Load:
        """Keys from all over the big world, none twice for a long time."""
        return self._ask(self._size.scattered_keys(SCATTERED_KEYS))

    def hundred_big_keys(self) -> Load:
        """A key of each of 100 organizations of the big world, in turn."""
        return self._ask(self._size.one_key_each(CUSTOMERS))

    def _ask(self, keys: list[str]) -> Load:
        return verify_load(self._world.service_key, keys)
