"""Migrations go up, down and up again, and lead to what the models say."""

import asyncio
import os
import sys
from pathlib import Path

from standards.remark import Remark

STEPS = (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head"), ("check",))
TOLD_MAX = 200


async def migrations_go_both_ways(root: Path) -> Remark | None:
    """What is wrong with them; the database that the environment names is at their head afterwards."""
    for step in STEPS:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "alembic",
            *step,
            cwd=root,
            env=dict(os.environ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        if process.returncode != 0:
            last = told.decode(errors="replace").strip().splitlines()[-1:] or [""]
            return Remark("alembic.ini", 1, 1, 2, f"alembic {' '.join(step)}: {last[0][:TOLD_MAX]}")
    return None
