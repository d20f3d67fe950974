"""How much processor time processes have used: on a noisy machine it explains what throughput does not."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    """A line of `/proc/PID/stat`, in clock ticks."""

    parent: int
    ticks: int
    """Of the process itself and of its children that are gone."""


@dataclass(frozen=True, slots=True)
class MachineTimes:
    """The first line of `/proc/stat`, in clock ticks of all processors together."""

    busy: int
    total: int


def ticks_per_second() -> int:
    """How many ticks a second has."""
    return os.sysconf("SC_CLK_TCK")


def tree_ticks(root: int) -> int | None:
    """What a process and all its descendants have used; None where there is no /proc."""
    processes = read_processes()
    if root not in processes:
        return None
    children: dict[int, list[int]] = {}
    for pid, times in processes.items():
        children.setdefault(times.parent, []).append(pid)
    total, pending = 0, [root]
    while pending:
        pid = pending.pop()
        total += processes[pid].ticks
        pending += children.get(pid, [])
    return total


def read_processes() -> dict[int, ProcessTimes]:
    """All processes of the machine."""
    processes = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            processes[int(folder.name)] = parse_process((folder / "stat").read_text())
        except OSError:  # it has ended meanwhile
            continue
    return processes


def parse_process(line: str) -> ProcessTimes:
    """Read a line of `/proc/PID/stat`; the command in brackets may hold anything, brackets too."""
    fields = line[line.rindex(")") + 2 :].split()
    return ProcessTimes(parent=int(fields[1]), ticks=sum(int(field) for field in fields[11:15]))


def machine_times() -> MachineTimes | None:
    """What all processors have done since the start; None where there is no /proc."""
    try:
        return parse_machine((PROC / "stat").read_text())
    except OSError:
        return None


def parse_machine(text: str) -> MachineTimes:
    """Read `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal (and guests, in user too)."""
    ticks = [int(field) for field in text.splitlines()[0].split()[1:9]]
    return MachineTimes(busy=sum(ticks) - ticks[3] - ticks[4], total=sum(ticks))
