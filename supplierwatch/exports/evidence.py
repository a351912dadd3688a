"""Exports evidence of mentions as a folder or zip file that can be verified.

manifest.json             each file with its SHA-256, and the hash of the previous manifest
mentions.jsonl            a line for each mention, as `export` writes them
items/41/item.json        an item: addresses, times, hashes, headers of the responses
items/41/text-1.txt       its texts, from the first to the current one
raw.warc.gz               the HTTP responses as received, where they are kept (ISO 28500)
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.archive.captures import Capture, RecordedExport
from storage.model import ItemRevision, StoredItem
from storage.rules.local_time import utc_text
from storage.store import Store
from supplierwatch.exports.mentions import ExportedMention
from supplierwatch.exports.tables import write_jsonl
from supplierwatch.formatting.times import iso

MANIFEST = "manifest.json"
FORM = 1
_CHUNK = 1 << 20  # bytes


class ConcurrentExport(Exception):
    """Another export of evidence was made at the same time; this one was not written."""


class EvidenceFolder(Protocol):
    """Where the files of an export are written: a folder or a zip file."""

    def open(self, name: str) -> IO[bytes]:
        """Create a file, which the caller writes and closes."""


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, name: str) -> IO[bytes]:
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def open(self, name: str) -> IO[bytes]:
        # a fixed date: the same evidence is the same file
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        return self._archive.open(entry, "w", force_zip64=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceExport:
    """The result of an export. `raw`: number of raw HTTP responses."""

    path: Path
    number: int
    manifest_sha256: str
    items: int
    mentions: int
    raw: int


def write_evidence(
    store: Store,
    found: Iterable[ExportedMention],
    target: Path,
    now: datetime,
    *,
    also: Sequence[int] = (),
) -> EvidenceExport:
    """Write evidence and record it in the archive, so that the next export is chained to it.

    The target gets its name once it is complete; if that fails, nothing is recorded.

    Args:
        store: the archive.
        found: the mentions.
        target: a folder that does not exist yet, or a file that ends in .zip.
        now: the time.
        also: ids of further items, which no mention names.

    Raises:
        FileExistsError: the target exists.
        ConcurrentExport: nothing was written; try again.
        OSError: it cannot be written.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    with store.reading() as unit:
        before = unit.captures.last_export()
    number = 1 if before is None else before.number + 1
    ids: dict[int, None] = dict.fromkeys(also)
    with _temporary_target(target) as beside:
        with _open_target(beside, packed=target.suffix.lower() == ".zip") as place:
            files = _Files(place)
            mentions = _write_mentions(files, found, ids)
            raw = _write_items(files, store, sorted(ids))
            manifest = _build_manifest(files, number, before, mentions, now)
            files.write(MANIFEST, io.BytesIO(manifest))
        digest = hashlib.sha256(manifest).hexdigest()
        # the running service has to wait for this transaction only
        with store.transaction() as unit:
            if not unit.captures.record_export(now, digest, mentions, after=before):
                raise ConcurrentExport
            beside.rename(target)
    return EvidenceExport(
        path=target,
        number=number,
        manifest_sha256=digest,
        items=len(ids),
        mentions=mentions,
        raw=raw,
    )


class _Files:
    """Writes files and records the path, size and hash of each."""

    def __init__(self, place: EvidenceFolder) -> None:
        self._place = place
        self.known: list[dict[str, Any]] = []

    def write(self, name: str, data: IO[bytes]) -> str:
        """Write a file from the rest of `data`; returns its SHA-256."""
        digest, size = hashlib.sha256(), 0
        with self._place.open(name) as out:
            while part := data.read(_CHUNK):
                digest.update(part)
                size += len(part)
                out.write(part)
        self.known.append({"path": name, "bytes": size, "sha256": digest.hexdigest()})
        return digest.hexdigest()


@contextmanager
def _temporary_target(target: Path) -> Iterator[Path]:
    """Yield a path in a temporary folder beside the target; the folder is removed at the end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        yield Path(folder) / target.name


@contextmanager
def _open_target(beside: Path, *, packed: bool) -> Iterator[EvidenceFolder]:
    if packed:
        with zipfile.ZipFile(beside, "x") as archive:
            yield _Zip(archive)
    else:
        beside.mkdir()
        yield _Folder(beside)


def _write_mentions(files: _Files, found: Iterable[ExportedMention], ids: dict[int, None]) -> int:
    """Write a line for each mention and add item ids to `ids`; returns the number of mentions."""

    def collect_ids() -> Iterator[ExportedMention]:
        for mention in found:
            ids[mention.item.item_id] = None
            yield mention

    with tempfile.TemporaryFile() as temporary:
        lines = io.TextIOWrapper(temporary, encoding="utf-8", errors="replace", newline="")
        count = write_jsonl(collect_ids(), lines)
        lines.flush()
        temporary.seek(0)
        files.write("mentions.jsonl", temporary)
        lines.detach()
    return count


def _write_items(files: _Files, store: Store, ids: Sequence[int]) -> int:
    """Write items with their responses, one at a time; returns the number of raw responses."""
    raw = 0
    with tempfile.TemporaryFile() as temporary:
        writer = WARCWriter(temporary, gzip=True)
        for item_id in ids:
            with store.reading() as unit:
                item = unit.items.get(item_id)
                earlier, captures = unit.items.revisions(item_id), unit.captures.of_item(item_id)
            if item is None:
                continue
            _write_item(files, item, earlier, captures)
            for capture in captures:
                if capture.body is not None:
                    _write_record(writer, capture, capture.body)
                    raw += 1
        if raw:
            temporary.seek(0)
            files.write("raw.warc.gz", temporary)
    return raw


def _write_item(
    files: _Files,
    item: StoredItem,
    earlier: Sequence[ItemRevision],
    captures: Sequence[Capture],
) -> None:
    folder = f"items/{item.item_id}"
    versions = []
    texts: list[ItemRevision | StoredItem] = [*earlier, item]
    for number, version in enumerate(texts, start=1):
        text = f"{version.title}\n\n{version.body}\n".encode("utf-8", "replace")
        digest = files.write(f"{folder}/text-{number}.txt", io.BytesIO(text))
        versions.append(
            {
                "number": number,
                "file": f"text-{number}.txt",
                "text_sha256": digest,
                "content_hash": version.content_hash,
            }
        )
    document = {
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
        "answers": [_capture_json(capture) for capture in captures],
        "listed_by": [
            {"source": c.source_key, "url": c.url, "first_seen_at": iso(c.first_seen_at)}
            for c in item.carriers
        ],
    }
    files.write(f"{folder}/item.json", io.BytesIO(_encode_json(document)))


def _capture_json(capture: Capture) -> dict[str, Any]:
    document = asdict(capture)
    document.pop("body")
    document.pop("item_id")
    document["version"] = document.pop("revision")
    document["fetched_at"] = iso(capture.fetched_at)
    document["headers"] = [list(pair) for pair in capture.headers]
    return document | {"raw_kept": capture.body is not None}


def _write_record(writer: WARCWriter, capture: Capture, body: bytes) -> None:
    headers = StatusAndHeaders(
        str(capture.status), list(_adjust_headers(capture)), protocol="HTTP/1.1"
    )
    record = writer.create_warc_record(
        capture.url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=headers,
        warc_headers_dict={"WARC-Date": utc_text(capture.fetched_at)},
    )
    writer.write_record(record)


def _adjust_headers(capture: Capture) -> Iterator[tuple[str, str]]:
    """Yield headers that match the stored body, which is decompressed and of another length."""
    for name, value in capture.headers:
        if name.lower() in ("content-encoding", "transfer-encoding", "content-length"):
            yield f"X-Archive-Orig-{name}", value
        else:
            yield name, value
    yield "Content-Length", str(capture.body_bytes)


def _build_manifest(
    files: _Files,
    number: int,
    before: RecordedExport | None,
    mentions: int,
    now: datetime,
) -> bytes:
    return _encode_json(
        {
            "form": FORM,
            "number": number,
            "made_at": iso(now),
            "previous_manifest_sha256": None if before is None else before.manifest_sha256,
            "mentions": mentions,
            "files": files.known,
        }
    )


def _encode_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "replace"
    )
