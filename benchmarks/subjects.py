"""What each subject is made of."""

from dataclasses import replace

from benchmarks.database import Database
from benchmarks.figures import SubjectName
from benchmarks.http_requests import BATCH_ITEMS, Load
from benchmarks.measurement import Subject
from benchmarks.servers import Servers
from benchmarks.worlds import SCATTERED_KEYS, Worlds


class Subjects:
    """Makes each subject at first use, with its server and its database."""

    def __init__(self, servers: Servers, worlds: Worlds, *, rounds: int) -> None:
        self.pool_size: int | None = None
        """The best one for the transaction per request; must be set before that is made."""
        self._servers = servers
        self._worlds = worlds
        self._rounds = rounds
        self._made: dict[SubjectName, Subject] = {}

    def get(self, name: SubjectName) -> Subject:
        """The subject of this name, its server running."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def made(self) -> list[Subject]:
        """Those that were measured."""
        return list(self._made.values())

    def _make(self, name: SubjectName) -> Subject:
        worlds, servers = self._worlds, self._servers
        match name:
            case SubjectName.VERIFY | SubjectName.SMALL | SubjectName.HALF_LOAD | SubjectName.UNRECORDED:
                return self._product(name, worlds.small, worlds.all_customers())
            case SubjectName.VERIFY_HOT | SubjectName.VERIFY_HOT_TWICE | SubjectName.VERIFY_MANY_GRANTS:
                workers = 2 if name is SubjectName.VERIFY_HOT_TWICE else 1
                many = name is SubjectName.VERIFY_MANY_GRANTS
                load = worlds.one_customer_of_many_grants() if many else worlds.one_customer()
                return self._product(name, worlds.small, load, workers=workers)
            case SubjectName.BATCH:
                return replace(self._product(name, worlds.small, worlds.batches()), items=BATCH_ITEMS)
            case SubjectName.BIG_SCATTERED | SubjectName.BIG_SAME_SHAPE:
                return self._big(name)
            case SubjectName.VERIFY_TRANSACTION:
                server = servers.transaction(worlds.small, self.pool_size or 1)
                return Subject(name, server, worlds.all_customers(), worlds.small)
            case _:
                return self._of_one_answer(name)

    def _big(self, name: SubjectName) -> Subject:
        """Faregate among a million keys."""
        worlds = self._worlds
        if name is SubjectName.BIG_SAME_SHAPE:
            return self._product(name, worlds.big, worlds.hundred_big_keys())
        subject = self._product(name, worlds.big, worlds.scattered_keys())
        return replace(subject, turn=SCATTERED_KEYS // (self._rounds + 1))

    def _of_one_answer(self, name: SubjectName) -> Subject:
        """What is asked of the product and of a constant alike, or of a constant alone."""
        worlds, servers = self._worlds, self._servers
        if name is SubjectName.FORWARD:
            return self._product(name, worlds.small, worlds.forwarded_requests())
        if name is SubjectName.PROFILE:
            return Subject(name, servers.product(worlds.small), worlds.profiles())
        load = {
            SubjectName.FORWARD_CONSTANT: worlds.forwarded_requests,
            SubjectName.PROFILE_CONSTANT: worlds.profiles,
        }.get(name, worlds.all_customers)
        return Subject(name, servers.constant(), load())

    def _product(self, name: SubjectName, database: Database, load: Load, *, workers: int = 1) -> Subject:
        """Faregate, charging for each answer."""
        servers = self._servers
        unrecorded = name is SubjectName.UNRECORDED
        server = servers.unrecorded(database) if unrecorded else servers.product(database, workers=workers)
        return Subject(name, server, load, database)
