"""Verifies exports of evidence: each file against its manifest, each manifest against the next.

Needs nothing but the exports: no archive, no configuration. Exports are untrusted: nothing is
unpacked to disk, and what is read is bounded by the size of the file.
"""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from supplierwatch.exports.evidence import FORM, MANIFEST

MAX_FILES = 2_000_000
MAX_MANIFEST = 512 << 20  # bytes, some 140 for each file
# texts compress to a third, repetitive ones more. Deflate can reach 1,032, overlaps more.
MAX_RATIO = 200
ALWAYS_READ = 256 << 20  # bytes, whatever the ratio
# hexadecimal digests do not compress below one half
MAX_RATIO_OF_A_MANIFEST = 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_NAMED = 20


class RefusedExport(Exception):
    """A file cannot be an export of ours; it is not read further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedExport:
    """The result of verifying one export. `wrong` is empty where nothing was changed."""

    path: Path
    number: int | None
    manifest_sha256: str | None
    files: int
    wrong: tuple[str, ...]


def check_exports(paths: Sequence[Path]) -> tuple[VerifiedExport, ...]:
    """Verify exports in the order of their numbers, and that each is chained to the one before."""
    read = [(path, *_read_export(path)) for path in paths]
    read.sort(key=lambda one: (_number_of(one[1]) or 0, str(one[0])))
    checked = []
    before: tuple[int, str] | None = None
    for path, manifest, digest, wrong in read:
        number = _number_of(manifest)
        if manifest is not None and digest is not None and number is not None:
            wrong = [*wrong, *_check_chain(manifest, number, before)]
            before = number, digest
        files = manifest.get("files", []) if manifest is not None else []
        checked.append(
            VerifiedExport(
                path=path,
                number=number,
                manifest_sha256=digest,
                files=len(files),
                wrong=_shorten(wrong),
            )
        )
    return tuple(checked)


def _read_export(path: Path) -> tuple[dict[str, Any] | None, str | None, list[str]]:
    """Return the manifest of an export, its hash, and what is wrong with its files."""
    try:
        raw, digests = _read_contents(path)
    except RefusedExport as error:
        return None, None, [f"is refused: {error}"]
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        return None, None, [f"cannot be read: {error}"]
    if raw is None:
        return None, None, [f"has no {MANIFEST}"]
    try:
        manifest = json.loads(raw)
        wrong = _check_files(manifest, digests)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return None, None, [f"{MANIFEST} cannot be read: {error}"]
    return manifest, hashlib.sha256(raw).hexdigest(), wrong


def _check_files(manifest: dict[str, Any], digests: dict[str, str]) -> list[str]:
    wrong = []
    if manifest["form"] != FORM:
        wrong.append(f"is of form {manifest['form']}, this release checks {FORM}")
    named = set()
    for file in manifest["files"]:
        name = str(file["path"])
        named.add(name)
        if name not in digests:
            wrong.append(f"{name} is missing")
        elif digests[name] != file["sha256"]:
            wrong.append(f"{name} was changed")
    return wrong + [f"{name} was added" for name in sorted(digests.keys() - named)]


def _shorten(wrong: Sequence[str]) -> tuple[str, ...]:
    """Cut the list of problems to the first `_MAX_NAMED` and the number of the others."""
    more = len(wrong) - _MAX_NAMED
    return (*wrong[:_MAX_NAMED], *([f"and {more:,} more like these"] if more > 0 else []))


def _check_chain(
    manifest: dict[str, Any], number: int, before: tuple[int, str] | None
) -> list[str]:
    previous = manifest.get("previous_manifest_sha256")
    if before is None:
        return [] if number > 1 or previous is None else ["is the first, but names an earlier one"]
    last, digest = before
    if number == last:
        return [f"has the number {number} of another export"]
    if number != last + 1:
        return [f"number {last + 1} is missing before it: the chain cannot be followed"]
    if previous != digest:
        return [f"names another manifest than that of number {last} as its predecessor"]
    return []


def _number_of(manifest: dict[str, Any] | None) -> int | None:
    number = None if manifest is None else manifest.get("number")
    return number if isinstance(number, int) else None


def _read_contents(path: Path) -> tuple[bytes | None, dict[str, str]]:
    """Return the manifest, and the SHA-256 of every other file, read in chunks."""
    digests: dict[str, str] = {}
    manifest = None
    for name, opened in _open_files(path):
        with opened as file:
            if name == MANIFEST:
                manifest = file.read(MAX_MANIFEST + 1)
                if len(manifest) > MAX_MANIFEST:
                    raise RefusedExport(f"{MANIFEST} is larger than {MAX_MANIFEST:,} bytes")
            else:
                digests[name] = _hash_file(file)
    return manifest, digests


def _hash_file(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _open_files(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if path.is_dir():
        for number, file in enumerate(sorted(path.rglob("*"))):
            name = file.relative_to(path).as_posix()
            if number >= MAX_FILES:
                raise RefusedExport(f"it holds more than {MAX_FILES:,} files")
            if file.is_symlink():
                raise RefusedExport(f"{name} is a link to elsewhere")
            if file.is_file():
                yield name, file.open("rb")
        return
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        _refuse_entries(entries, path.stat().st_size)
        for entry in entries:
            yield entry.filename, archive.open(entry)


def _refuse_entries(entries: Sequence[zipfile.ZipInfo], packed: int) -> None:
    """Refuse entries that no export of ours has, by the zip directory, before any is read.

    `zipfile` reads an entry no further than the size in that directory.
    """
    if len(entries) > MAX_FILES:
        raise RefusedExport(f"it holds more than {MAX_FILES:,} files")
    twice = [name for name, count in Counter(one.filename for one in entries).items() if count > 1]
    if twice:
        raise RefusedExport(f"it holds {twice[0]} more than once")
    for entry in entries:
        if wrong := _find_fault(entry):
            raise RefusedExport(f"{entry.orig_filename!r} {wrong}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > ALWAYS_READ + MAX_RATIO * packed:
        raise RefusedExport(f"{packed:,} bytes would unpack to {unpacked:,}")


def _find_fault(entry: zipfile.ZipInfo) -> str:
    """Return why an entry cannot be part of our exports, or an empty string."""
    name = entry.orig_filename
    mode = entry.external_attr >> 16
    if "\0" in name or "\\" in name or PurePosixPath(name).is_absolute() or ":" in name[:2]:
        return "is not a name of a file in an export"
    if ".." in PurePosixPath(name).parts:
        return "leads out of the export"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is a link or not a regular file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in _PACKED:
        return "is compressed by another method than exports are"
    too_much = entry.file_size > (1 << 20) + MAX_RATIO_OF_A_MANIFEST * entry.compress_size
    if name == MANIFEST and too_much:
        return f"would unpack from {entry.compress_size:,} bytes to {entry.file_size:,}"
    return ""
