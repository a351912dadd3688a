"""Tells file systems of other machines, on which SQLite's locks and shared memory do not hold."""

from __future__ import annotations

from pathlib import Path

_OF_OTHER_MACHINES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.glusterfs"}
)
_MOUNTS = Path("/proc/self/mounts")


def network_filesystem(path: Path, mounts: str | None = None) -> str | None:
    """The kind of network file system that `path` is on; None where it is local or not known.

    Args:
        path: a file or folder that may not exist yet.
        mounts: text in the form of /proc/self/mounts; this machine's where absent.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    place = path.resolve()
    kind, depth = None, -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mounted = Path(fields[1].replace("\\040", " "))
        # a later mount of the same place covers an earlier one
        if (mounted == place or mounted in place.parents) and len(mounted.parts) >= depth:
            kind, depth = fields[2], len(mounted.parts)
    return kind if kind in _OF_OTHER_MACHINES else None
