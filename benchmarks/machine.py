"""On what the figures were measured, and with what."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

PACKAGES = ("granian", "uvloop", "fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "structlog")
SYNCS = 50
BLOCK = bytes(8192)


def describe_machine(data_folder: Path) -> dict[str, object]:
    """Processor, memory, system, and the disk that PostgreSQL waits for."""
    return {
        "processor": processor_model(),
        "cores": os.cpu_count(),
        "memory_gib": memory_gib(),
        "system": platform.platform(),
        "file_system": file_system_of(data_folder),
        "fdatasync_us": sync_microseconds(data_folder),
    }


def describe_versions() -> dict[str, str]:
    """Python and the packages that take part."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def processor_model() -> str:
    """What /proc calls it, or else the platform."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory_gib() -> float:
    """Physical memory."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def file_system_of(folder: Path) -> str | None:
    """The type of the file system: on tmpfs an fsync would cost nothing."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return None
    path = folder.resolve()
    holding = [(mount[1], mount[2]) for mount in mounts if path.is_relative_to(mount[1])]
    return max(holding, key=lambda mount: len(mount[0]))[1] if holding else None


def sync_microseconds(folder: Path) -> float:
    """How long a write of 8 KiB takes to be on the disk (the median of some)."""
    path = folder / "sync-test"
    durations = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(SYNCS):
            started = time.perf_counter()
            os.write(descriptor, BLOCK)
            sync(descriptor)
            durations.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()
    return round(median(durations) * 1_000_000, 1)


def sync(descriptor: int) -> None:
    """Wait for the disk, as PostgreSQL does (macOS has no fdatasync)."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)
