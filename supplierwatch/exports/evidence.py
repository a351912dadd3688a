"""Evidence: for each mention what was read, when and how, as one folder or zip that can be checked.

manifest.json             what is in it, each file with its SHA-256, and the manifest before it
mentions.jsonl            a line for each mention, as `export` writes them
items/41/item.json        an item: addresses, times, hashes, headers of the answers
items/41/text-1.txt       its texts, the first to the present one
raw.warc.gz               the answers as they came, where they are kept (ISO 28500)
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.captures import Capture, MadeExport
from storage.model import ItemRevision, StoredItem
from storage.store import Store
from supplierwatch.exports.gathering import Mentioned
from supplierwatch.exports.tables import write_jsonl
from supplierwatch.show.times import iso

MANIFEST = "manifest.json"
FORM = 1


class Place(Protocol):
    """Where the files of an export go."""

    def write(self, name: str, data: bytes) -> None:
        """Write one file, whole."""


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, name: str, data: bytes) -> None:
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def write(self, name: str, data: bytes) -> None:
        # a fixed date: the same evidence is the same file
        self._archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An export that was made."""

    path: Path
    number: int
    manifest_sha256: str
    items: int
    mentions: int
    raw: int


def write_evidence(store: Store, found: Iterable[Mentioned], target: Path, now: datetime) -> Made:
    """Write evidence, and note it in the archive so that the next export is chained to it.

    The target gets its name when everything is in it; nothing is noted where that fails.

    Args:
        found: the mentions.
        target: a folder that is not there yet, or a file that ends in .zip.

    Raises:
        FileExistsError: the target is there.
        OSError: it cannot be written.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    mentions = list(found)
    with store.transaction() as unit:
        before = unit.captures.last_export()
        number = 1 if before is None else before.number + 1
        with _placed(target) as place:
            files = _Files(place)
            lines = io.StringIO()
            write_jsonl(mentions, lines)
            files.write("mentions.jsonl", lines.getvalue().encode("utf-8", "replace"))
            items = {one.item.item_id: one.item for one in mentions}
            answers: list[Capture] = []
            for item_id, item in sorted(items.items()):
                captured = unit.captures.of(item_id)
                answers += captured
                _write_item(files, item, unit.items.revisions(item_id), captured)
            raw = [one for one in answers if one.body is not None]
            if raw:
                files.write("raw.warc.gz", _warc(raw))
            manifest = _manifest(files, number, before, mentions, now)
            place.write(MANIFEST, manifest)
        digest = hashlib.sha256(manifest).hexdigest()
        unit.captures.exported(now, digest, len(mentions))
    return Made(
        path=target,
        number=number,
        manifest_sha256=digest,
        items=len(items),
        mentions=len(mentions),
        raw=len(raw),
    )


class _Files:
    """Writes files and remembers what each holds."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.known: list[dict[str, Any]] = []

    def write(self, name: str, data: bytes) -> None:
        self._place.write(name, data)
        digest = hashlib.sha256(data).hexdigest()
        self.known.append({"path": name, "bytes": len(data), "sha256": digest})


@contextmanager
def _placed(target: Path) -> Iterator[Place]:
    """A place that becomes the target when all has gone well, and nothing otherwise."""
    beside = target.with_name(f".{target.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if target.suffix.lower() == ".zip":
            with zipfile.ZipFile(beside, "x", zipfile.ZIP_DEFLATED) as archive:
                yield _Zip(archive)
        else:
            beside.mkdir()
            yield _Folder(beside)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        beside.unlink(missing_ok=True)
        raise


def _write_item(
    files: _Files,
    item: StoredItem,
    earlier: Sequence[ItemRevision],
    captured: Sequence[Capture],
) -> None:
    folder = f"items/{item.item_id}"
    versions = []
    texts: list[ItemRevision | StoredItem] = [*earlier, item]
    for number, version in enumerate(texts, start=1):
        text = f"{version.title}\n\n{version.body}\n".encode("utf-8", "replace")
        files.write(f"{folder}/text-{number}.txt", text)
        versions.append(
            {
                "number": number,
                "file": f"text-{number}.txt",
                "text_sha256": hashlib.sha256(text).hexdigest(),
                "content_hash": version.content_hash,
            }
        )
    said = {
        "id": item.item_id,
        "source": item.source_key,
        "url": item.url,
        "title": item.title,
        "authors": list(item.authors),
        "published_at": iso(item.published_at),
        "published_as_written": item.published_raw,
        "first_seen_at": iso(item.first_seen_at),
        "changed_at": iso(item.revised_at),
        "withdrawn_at": iso(item.retracted_at),
        "text_pruned_at": iso(item.pruned_at),
        "held": str(item.text_state),
        "versions": versions,
        "answers": [_answer(one) for one in captured],
        "listed_by": [
            {"source": c.source_key, "url": c.url, "first_seen_at": iso(c.first_seen_at)}
            for c in item.carriers
        ],
    }
    files.write(f"{folder}/item.json", _json(said))


def _answer(one: Capture) -> dict[str, Any]:
    said = asdict(one)
    said.pop("body")
    said.pop("item_id")
    said["version"] = said.pop("revision")
    said["fetched_at"] = iso(one.fetched_at)
    said["headers"] = [list(pair) for pair in one.headers]
    return said | {"raw_kept": one.body is not None}


def _warc(answers: Sequence[Capture]) -> bytes:
    written = io.BytesIO()
    writer = WARCWriter(written, gzip=True)
    for one in answers:
        headers = StatusAndHeaders(str(one.status), list(_as_unpacked(one)), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            one.url,
            "response",
            payload=io.BytesIO(one.body or b""),
            length=len(one.body or b""),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": f"{one.fetched_at:%Y-%m-%dT%H:%M:%SZ}"},
        )
        writer.write_record(record)
    return written.getvalue()


def _as_unpacked(one: Capture) -> Iterator[tuple[str, str]]:
    """Headers that fit the body as it is kept: unpacked, and of another length than on the wire."""
    for name, value in one.headers:
        if name.lower() in ("content-encoding", "transfer-encoding", "content-length"):
            yield f"X-Archive-Orig-{name}", value
        else:
            yield name, value
    yield "Content-Length", str(one.body_bytes)


def _manifest(
    files: _Files,
    number: int,
    before: MadeExport | None,
    mentions: Sequence[Mentioned],
    now: datetime,
) -> bytes:
    return _json(
        {
            "form": FORM,
            "number": number,
            "made_at": iso(now),
            "previous_manifest_sha256": None if before is None else before.manifest_sha256,
            "mentions": len(mentions),
            "files": files.known,
        }
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "replace"
    )
