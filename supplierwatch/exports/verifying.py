"""Checks exports of evidence: each file against its manifest, each manifest against the next one.

Needs nothing but the exports: no archive, no configuration.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from supplierwatch.exports.evidence import FORM, MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of one export. `wrong` is empty where it is as it was made."""

    path: Path
    number: int | None
    manifest_sha256: str | None
    files: int
    wrong: tuple[str, ...]


def check_exports(paths: Sequence[Path]) -> tuple[Checked, ...]:
    """Check exports, in the order of their numbers, and that each follows the one before it."""
    read = [(path, *_read(path)) for path in paths]
    read.sort(key=lambda one: (_number(one[1]) or 0, str(one[0])))
    checked = []
    before: tuple[int, str] | None = None
    for path, manifest, digest, wrong in read:
        number = _number(manifest)
        if manifest is not None and digest is not None and number is not None:
            wrong = [*wrong, *_link(manifest, number, before)]
            before = number, digest
        files = manifest.get("files", []) if manifest is not None else []
        checked.append(
            Checked(
                path=path,
                number=number,
                manifest_sha256=digest,
                files=len(files),
                wrong=tuple(wrong),
            )
        )
    return tuple(checked)


def _read(path: Path) -> tuple[dict[str, Any] | None, str | None, list[str]]:
    """The manifest of an export, its hash, and what is wrong with its files."""
    try:
        raw, digests = _contents(path)
    except (OSError, zipfile.BadZipFile) as error:
        return None, None, [f"cannot be read: {error}"]
    if raw is None:
        return None, None, [f"has no {MANIFEST}"]
    try:
        manifest = json.loads(raw)
        wrong = _files_wrong(manifest, digests)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return None, None, [f"{MANIFEST} cannot be read: {error}"]
    return manifest, hashlib.sha256(raw).hexdigest(), wrong


def _files_wrong(manifest: dict[str, Any], digests: dict[str, str]) -> list[str]:
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


def _link(manifest: dict[str, Any], number: int, before: tuple[int, str] | None) -> list[str]:
    previous = manifest.get("previous_manifest_sha256")
    if before is None:
        return [] if number > 1 or previous is None else ["is the first and names one before it"]
    last, digest = before
    if number == last:
        return [f"bears the number {number} of another export"]
    if number != last + 1:
        return [f"number {last + 1} is missing before it: the chain cannot be followed"]
    if previous != digest:
        return [f"names another manifest than that of number {last} as the one before it"]
    return []


def _number(manifest: dict[str, Any] | None) -> int | None:
    number = None if manifest is None else manifest.get("number")
    return number if isinstance(number, int) else None


def _contents(path: Path) -> tuple[bytes | None, dict[str, str]]:
    """The manifest, and the SHA-256 of every other file; files are read a part at a time."""
    digests: dict[str, str] = {}
    manifest = None
    for name, opened in _opened(path):
        with opened as file:
            if name == MANIFEST:
                manifest = file.read()
            else:
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return manifest, digests


def _opened(path: Path) -> Iterator[tuple[str, io.BufferedIOBase]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield file.relative_to(path).as_posix(), file.open("rb")
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, cast(io.BufferedIOBase, archive.open(name))
