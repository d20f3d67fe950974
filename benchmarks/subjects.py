"""What each subject is made of."""

from dataclasses import replace

from benchmarks.database import Database
from benchmarks.figures import SubjectName
from benchmarks.http_requests import Load
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
            case SubjectName.VERIFY | SubjectName.SMALL | SubjectName.HALF_LOAD:
                return self._product(name, worlds.small, worlds.all_customers())
            case SubjectName.VERIFY_HOT | SubjectName.VERIFY_HOT_TWICE:
                workers = 2 if name is SubjectName.VERIFY_HOT_TWICE else 1
                return self._product(name, worlds.small, worlds.one_customer(), workers=workers)
            case SubjectName.BIG_SCATTERED:
                subject = self._product(name, worlds.big, worlds.scattered_keys())
                return replace(subject, turn=SCATTERED_KEYS // (self._rounds + 1))
            case SubjectName.BIG_SAME_SHAPE:
                return self._product(name, worlds.big, worlds.hundred_big_keys())
            case SubjectName.VERIFY_TRANSACTION:
                server = servers.transaction(worlds.small, self.pool_size or 1)
                return Subject(name, server, worlds.all_customers(), worlds.small)
            case _:
                return self._uncharged(name)

    def _product(self, name: SubjectName, database: Database, load: Load, *, workers: int = 1) -> Subject:
        """Faregate, charging for each answer."""
        return Subject(name, self._servers.product(database, workers=workers), load, database)

    def _uncharged(self, name: SubjectName) -> Subject:
        """A profile, or a constant."""
        worlds, servers = self._worlds, self._servers
        profile = name in (SubjectName.PROFILE, SubjectName.PROFILE_CONSTANT)
        server = servers.product(worlds.small) if name is SubjectName.PROFILE else servers.constant()
        return Subject(name, server, worlds.profiles() if profile else worlds.all_customers())
