"""Which folders SQLite may live in."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.engine.engine import make_engine
from storage.engine.filesystem import network_filesystem
from storage.errors import DatabaseUnusable

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/export /srv/share nfs4 rw 0 0
/dev/sdb1 /srv/share/local ext4 rw 0 0
//nas/media /mnt/my\040share cifs rw 0 0
tmpfs /srv/covered tmpfs rw 0 0
server:/more /srv/covered nfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/watch/watch.db", None),
        ("/srv/share/watch/watch.db", "nfs4"),
        ("/srv/share", "nfs4"),
        ("/srv/shared/watch.db", None),
        ("/srv/share/local/watch.db", None),
        ("/mnt/my share/watch.db", "cifs"),
        ("/srv/covered/watch.db", "nfs"),
    ],
)
def test_the_innermost_mount_decides(path: str, kind: str | None) -> None:
    assert network_filesystem(Path(path), MOUNTS) == kind


def test_a_network_folder_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.engine.network_filesystem", lambda path: "nfs4")

    with pytest.raises(DatabaseUnusable, match=r"nfs4.*local disk.*PostgreSQL"):
        make_engine(f"sqlite:///{tmp_path}/data/watch.db")

    assert list(tmp_path.iterdir()) == []
