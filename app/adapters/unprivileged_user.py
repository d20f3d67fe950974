"""Whom PostgreSQL runs as: ourselves, or, since it refuses to run as root, a user without privileges."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

USER_OF_ROOT = "nobody"
"""Exists everywhere, so that nothing has to be added to the system."""


@dataclass(frozen=True, slots=True)
class UnprivilegedUser:
    """The user of the server process; without ids it is ours, and no method has anything to do."""

    uid: int | None
    gid: int | None

    @classmethod
    def for_cluster(cls, cluster: Path) -> Self:
        """Ourselves, unless we are root: then whose the cluster is, and nobody for a new one."""
        if os.geteuid() != 0:
            return cls(None, None)
        if cluster.exists() and cluster.stat().st_uid != 0:
            return cls(cluster.stat().st_uid, cluster.stat().st_gid)
        entry = pwd.getpwnam(USER_OF_ROOT)
        return cls(entry.pw_uid, entry.pw_gid)

    def process_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs: this user, its own session (Ctrl-C is not for it), no settings of ours."""
        arguments: dict[str, Any] = {
            "cwd": "/",
            "env": {"LC_ALL": "C", "PATH": os.defpath},
            "start_new_session": True,
        }
        if self.uid is not None:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def own(self, folder: Path) -> None:
        """Give a folder to this user, closed to everyone else."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def reach(self, folder: Path) -> None:
        """Let this user pass through to a folder: search, not read, on each folder above that lacks it."""
        if self.uid is None:
            return
        for path in [folder, *folder.parents]:
            mode = path.stat().st_mode
            if not mode & stat.S_IXOTH and path.stat().st_uid != self.uid:
                path.chmod(mode | stat.S_IXOTH)

    def reach_all(self, folder: Path) -> None:
        """Let this user read and run all in a folder, if there is one (a strict umask may have closed it)."""
        if self.uid is None or not folder.exists():
            return
        self.reach(folder)
        if folder.stat().st_mode & stat.S_IROTH:
            return
        # The folder itself comes last: if it is open, all in it was opened before.
        for path in [*folder.rglob("*"), folder]:
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
