"""Detects network file systems, where SQLite's locks and shared memory do not work."""

from __future__ import annotations

from pathlib import Path

_NETWORK_KINDS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.glusterfs"}
)
_MOUNTS = Path("/proc/self/mounts")


def network_filesystem(path: Path, mounts: str | None = None) -> str | None:
    """Return the type of network file system that `path` is on; None if local or unknown.

    Args:
        path: a file or folder that may not exist yet.
        mounts: text in the form of /proc/self/mounts, which is read where absent.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    resolved = path.resolve()
    kind, depth = None, -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mounted = Path(fields[1].replace("\\040", " "))
        # a later mount at the same folder covers an earlier one
        if (mounted == resolved or mounted in resolved.parents) and len(mounted.parts) >= depth:
            kind, depth = fields[2], len(mounted.parts)
    return kind if kind in _NETWORK_KINDS else None
