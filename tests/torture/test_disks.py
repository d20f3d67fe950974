"""The disk of the database is full."""

import asyncio
import os
import subprocess
from contextlib import contextmanager

import psutil
import pytest

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.main import open_resources
from tests.conftest import migrate
from tests.factories import World
from tests.torture.conftest import Shop, await_recovery
from tests.torture.node import on_database, open_node
from tests.torture.scale import Scale, scales

DISK = "160m"
SMALL = {"max_wal_size": "32MB", "min_wal_size": "32MB", "shared_buffers": "16MB", "max_connections": "30"}
CHUNK = b"x" * 65_536


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={DISK},uid={os.geteuid()},mode=700"
    mounted = as_superuser("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"only the system's superuser can mount a small disk: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        assert as_superuser("umount", "--lazy", str(folder)).returncode == 0


def as_superuser(*command):
    """Run a command as the superuser, if we are that or may be without being asked for a password."""
    sudo = [] if os.geteuid() == 0 else ["env", "sudo", "-n"]
    return subprocess.run([*sudo, *command], capture_output=True, text=True, check=False)


@contextmanager
def filled(disk):
    """Not one byte is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(CHUNK)
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def has_ended(postgres):
    """Whether PostgreSQL has given up, as it does when it cannot write its log; somebody starts it again."""
    return psutil.Process(postgres.pid).status() == psutil.STATUS_ZOMBIE


@scales(short=Scale(callers=8, faults=1), torture=Scale(callers=32, faults=10))
async def test_a_full_disk_refuses_and_loses_no_purchase_and_recovers_once_there_is_room(
    settings, disk, figures, scale
):
    """Trap C: a ledger failure that lets the request through."""
    with EmbeddedPostgres(disk / "database", settings=SMALL) as postgres:
        await asyncio.to_thread(migrate, postgres.url)
        own = on_database(settings, postgres.url)
        async with open_resources(own) as resources:
            world = World(resources)
            organization = await world.organization(credits=1_000_000)
            shop = Shop(world, organization, (await world.api_key(organization)).api_key)
            service = (await world.service_key()).api_key
            async with (
                open_node(own, service) as node,
                shop.open([node], callers=scale.callers, figures=figures) as shoppers,
            ):
                for _ in range(scale.faults):
                    await await_recovery(shoppers, purchases=100)
                    with filled(disk):
                        figures.faults["full disks"] += 1
                        refused = shoppers.refusals.total()
                        while shoppers.refusals.total() < refused + scale.callers:
                            await asyncio.sleep(0.01)
                    if has_ended(postgres):
                        await asyncio.to_thread(postgres.start)
                await await_recovery(shoppers, purchases=100)

    assert {status for status, *_ in shoppers.refusals} == {503}
