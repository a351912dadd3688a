"""Names that lead elsewhere (S-11): exports, evidence of others, pages of the web service."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from supplierwatch.exports import verification
from supplierwatch.exports.evidence import MANIFEST
from supplierwatch.exports.verification import MAX_FILES, check_exports
from supplierwatch.shell.exits import Exit
from supplierwatch.web.server import WebServer
from tests.architecture.project import ROOT
from tests.supplierwatch.instance import Instance, an_article, an_instance

TEXT = b"Halcyon and the trust\n"
NAME = "items/1/text-1.txt"


def a_manifest(*names: str) -> bytes:
    files = [
        {"path": name, "bytes": len(TEXT), "sha256": hashlib.sha256(TEXT).hexdigest()}
        for name in names
    ]
    said = {"form": 1, "number": 1, "previous_manifest_sha256": None, "mentions": 0}
    return json.dumps(said | {"files": files}).encode()


def an_entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("x")
    entry.filename = entry.orig_filename = name
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16
    return entry


def with_entry(name: str, mode: int = 0) -> Callable[[Path], None]:
    """An archive that is right but for one entry's name or kind."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(an_entry(NAME), TEXT)
            archive.writestr(an_entry(name, mode), TEXT)
            archive.writestr(an_entry(MANIFEST), a_manifest(NAME, name))

    return make


def a_bomb(path: Path) -> None:
    zeros = b"\0" * (1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, a_manifest(NAME))
        with archive.open(NAME, "w", force_zip64=True) as out:
            for _ in range(16):
                out.write(zeros)


def a_bomb_of_a_manifest(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, TEXT)
        archive.writestr(MANIFEST, b'{"files": [' + b"0," * (4 << 20) + b"0]}")


def overlapping(path: Path) -> None:
    """Many entries that share one packed file (as in 42.zip's successors)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, a_manifest(NAME))
        archive.writestr("big", b"\0" * (8 << 20))
        big = archive.getinfo("big")
        for number in range(2000):
            again = an_entry(f"big{number}")
            again.compress_type, again.CRC = big.compress_type, big.CRC
            again.file_size, again.compress_size = big.file_size, big.compress_size
            again.header_offset = big.header_offset
            archive.filelist.append(again)
            archive._didModify = True  # type: ignore[attr-defined]


def in_brackets(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, b"[" * 500_000)


def encrypted(path: Path) -> None:
    with_entry("items/1/item.json")(path)
    raw = path.read_bytes()
    at = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"PK\x01\x02"))
    flags = struct.unpack_from("<H", raw, at + 8)[0] | 1
    path.write_bytes(raw[: at + 8] + struct.pack("<H", flags) + raw[at + 10 :])


def packed_otherwise(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(NAME, TEXT)
        archive.writestr(MANIFEST, a_manifest(NAME))


def damaged(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, os.urandom(5000))
        archive.writestr(MANIFEST, a_manifest(NAME))
    raw = bytearray(path.read_bytes())
    raw[60:90] = b"\xff" * 30
    path.write_bytes(raw)


def cut_short(path: Path) -> None:
    with_entry("items/1/item.json")(path)
    path.write_bytes(path.read_bytes()[:-30])


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, a_manifest(NAME))
        archive.writestr(NAME, TEXT)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(NAME, b"another text")


def oddly_made(document: object) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(MANIFEST, json.dumps(document))

    return make


LINK = 0o120777
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "absolute": (with_entry("/etc/passwd"), "/etc/passwd"),
    "drive": (with_entry("C:/windows/x"), "C:/windows"),
    "upwards": (with_entry("../../outside"), "../../outside"),
    "upwards-within": (with_entry("items/../../outside"), "leads out"),
    "backslash": (with_entry("..\\..\\outside"), "outside"),
    "link": (with_entry("items/1/link", LINK), "is a link"),
    "fifo": (with_entry("items/1/pipe", 0o010644), "is a link or not a regular file"),
    "twice": (twice, "more than once"),
    "bomb": (a_bomb, "would unpack to"),
    "bomb-of-a-manifest": (a_bomb_of_a_manifest, MANIFEST),
    "overlapping": (overlapping, "would unpack to"),
    "brackets": (in_brackets, MANIFEST),
    "encrypted": (encrypted, "is encrypted"),
    "packed-otherwise": (packed_otherwise, "compressed by another method"),
    "damaged": (damaged, "cannot be read"),
    "cut-short": (cut_short, "cannot be read"),
    "a-list": (oddly_made([1, 2]), "cannot be read"),
    "files-of-numbers": (oddly_made({"form": 1, "files": [1]}), "cannot be read"),
    "files-of-nothing": (oddly_made({"form": 1, "files": None}), "cannot be read"),
    "no-manifest": (lambda path: zipfile.ZipFile(path, "w").close(), "has no manifest"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_evidence_is_refused_by_name_and_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verification.ALWAYS_READ <= 256 << 20
    monkeypatch.setattr(verification, "ALWAYS_READ", 1 << 20)  # a smaller bomb is sooner made
    make, said = HOSTILE[name]
    archive = tmp_path / "in" / "evidence.zip"
    archive.parent.mkdir()
    make(archive)
    run = an_instance(tmp_path / "house").run("export", "--verify", str(archive))
    assert run.exit_code == Exit.FAILED, run.output
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    assert "CHANGED since it was made" in run.stdout
    assert said in run.stdout
    assert len(run.stdout) < 4000
    there = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert there - {path.name for path in (tmp_path / "house").rglob("*")} == {"evidence.zip"}


def test_a_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "evidence.zip"
    with_entry("items/1/xyz.txt")(archive)
    archive.write_bytes(archive.read_bytes().replace(b"items/1/xyz.txt", b"items/1/x\0z.txt"))
    [checked] = check_exports([archive])
    assert "is not a name of a file" in checked.wrong[0]


def test_more_files_than_any_export_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_FILES >= 1_000_000
    monkeypatch.setattr("supplierwatch.exports.verification.MAX_FILES", 50)
    archive, folder = tmp_path / "evidence.zip", tmp_path / "folder"
    folder.mkdir()
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(60):
            made.writestr(f"items/{number}/x", b"")
            (folder / f"{number}").touch()
    for checked in check_exports([archive, folder]):
        assert "more than 50 files" in checked.wrong[0]


def test_thousands_of_files_that_were_added_are_not_all_named(tmp_path: Path) -> None:
    archive = tmp_path / "evidence.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(MANIFEST, a_manifest())
        for number in range(3000):
            made.writestr(f"items/{number}/x", b"")
    [checked] = check_exports([archive])
    assert len(checked.wrong) == 21
    assert checked.wrong[-1] == "and 2,980 more like these"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bomb-of-a-manifest", "overlapping", "brackets"])
def test_a_bomb_takes_little_memory_and_time(name: str, tmp_path: Path) -> None:
    archive = tmp_path / "evidence.zip"
    HOSTILE[name][0](archive)
    checks = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from supplierwatch.exports.verification import check_exports\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "[checked] = check_exports([Path(sys.argv[1])])\n"
        "print(checked.wrong[0])\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", checks, str(archive)], capture_output=True, text=True, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    said, kilobytes = run.stdout.splitlines()
    assert said
    assert int(kilobytes) < 250_000


def test_a_link_in_a_folder_of_evidence_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(TEXT)
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "text").symlink_to(secret)
    (folder / MANIFEST).write_bytes(a_manifest("text"))
    [checked] = check_exports([folder])
    assert checked.wrong == ("is refused: text is a link to elsewhere",)


@pytest.mark.parametrize("mode", ["folder", "zip"])
def test_strangers_words_name_no_file_of_an_export(mode: str, tmp_path: Path) -> None:
    instance = an_instance(tmp_path / "house")
    up = "../../../outside"
    instance.stores(
        an_article("up", title=f"Halcyon trust {up}", guid=up, url=f"https://x.example/{up}")
    )
    target = tmp_path / "out" / ("evidence.zip" if mode == "zip" else "evidence")
    assert instance.run("export", "--evidence", str(target)).exit_code == 0
    assert [each.name for each in target.parent.iterdir()] == [target.name]
    assert not list(tmp_path.rglob("*outside*"))
    if mode == "zip":
        with zipfile.ZipFile(target) as archive:
            assert not [name for name in archive.namelist() if ".." in name]


PATHS = (
    *("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd"),
    *("//etc/passwd", "/static/../../etc/passwd", "/templates/control.html", "/control.html"),
    *("/feeds/../../etc/passwd", "/feeds/..%2f..%2fx/AAAA.atom", "/feeds/%00/AAAA.atom"),
    *("/c/..%2f..%2fetc%2fpasswd", "/c/%00", "/config/settings.toml", "/watch.db"),
    "/..\\..\\etc\\passwd",
)


@pytest.mark.parametrize("path", PATHS)
def test_the_web_service_gives_out_no_file(path: str) -> None:
    server = WebServer(lambda: {"status": "ok"}, listen="127.0.0.1:0")
    server.start()
    try:
        assert server.address is not None
        with closing(http.client.HTTPConnection(*server.address, timeout=10)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
    finally:
        server.stop()
    assert answer.status == 404
    assert len(body) < 100


@pytest.mark.parametrize(
    "key", ["../../outside", "/outside", "a/b", "..", "a\\b", "a\x00b", "", ".hidden", "a" * 300]
)
def test_a_watch_that_would_name_a_file_elsewhere_is_refused(key: str, tmp_path: Path) -> None:
    """The files of feeds are named by the keys of watches."""
    instance: Instance = an_instance(tmp_path)
    instance.write(
        "watches.toml", f"[[watch]]\nkey = {json.dumps(key)}\nquery = 'halcyon AND trust'\n"
    )
    assert instance.run("check").exit_code == Exit.CONFIG_INVALID
