"""Makers of test data: each call makes something new, committed, and returns it."""

from tests.factories.outbox import Outbox
from tests.factories.world import Caller, World

__all__ = ["Caller", "Outbox", "World"]
