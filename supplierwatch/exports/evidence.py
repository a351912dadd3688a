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

from storage.archive.captures import Capture, MadeExport
from storage.model import ItemRevision, StoredItem
from storage.rules.local_time import utc_text
from storage.store import Store
from supplierwatch.exports.gathering import ExportedMention
from supplierwatch.exports.tables import write_jsonl
from supplierwatch.formatting.times import iso

MANIFEST = "manifest.json"
FORM = 1
_CHUNK = 1 << 20  # bytes


class ExportedMeanwhile(Exception):
    """Another export of evidence was made while this one was written: nothing was."""


class EvidenceFolder(Protocol):
    """Where the files of an export go."""

    def open(self, name: str) -> IO[bytes]:
        """A new file, to be written and closed."""


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
    """An export that was made."""

    path: Path
    number: int
    manifest_sha256: str
    items: int
    mentions: int
    raw: int


def write_evidence(
    store: Store, found: Iterable[ExportedMention], target: Path, now: datetime
) -> EvidenceExport:
    """Write evidence, and note it in the archive so that the next export is chained to it.

    The target gets its name when everything is in it; nothing is noted where that fails.

    Args:
        found: the mentions.
        target: a folder that is not there yet, or a file that ends in .zip.

    Raises:
        FileExistsError: the target is there.
        ExportedMeanwhile: nothing was written; try again.
        OSError: it cannot be written.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    with store.reading() as unit:
        before = unit.captures.last_export()
    number = 1 if before is None else before.number + 1
    ids: dict[int, None] = {}
    with _beside(target) as beside:
        with _place(beside, packed=target.suffix.lower() == ".zip") as place:
            files = _Files(place)
            mentions = _write_mentions(files, found, ids)
            raw = _write_items(files, store, sorted(ids))
            manifest = _manifest(files, number, before, mentions, now)
            files.write(MANIFEST, io.BytesIO(manifest))
        digest = hashlib.sha256(manifest).hexdigest()
        # the service writes meanwhile: it is kept waiting for this alone
        with store.transaction() as unit:
            if not unit.captures.exported(now, digest, mentions, after=before):
                raise ExportedMeanwhile
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
    """Writes files and remembers what each holds."""

    def __init__(self, place: EvidenceFolder) -> None:
        self._place = place
        self.known: list[dict[str, Any]] = []

    def write(self, name: str, data: IO[bytes]) -> str:
        """Write a file from where `data` stands to its end; returns its SHA-256."""
        digest, size = hashlib.sha256(), 0
        with self._place.open(name) as out:
            while part := data.read(_CHUNK):
                digest.update(part)
                size += len(part)
                out.write(part)
        self.known.append({"path": name, "bytes": size, "sha256": digest.hexdigest()})
        return digest.hexdigest()


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name beside the target; what bears it still at the end goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        yield Path(folder) / target.name


@contextmanager
def _place(beside: Path, *, packed: bool) -> Iterator[EvidenceFolder]:
    if packed:
        with zipfile.ZipFile(beside, "x") as archive:
            yield _Zip(archive)
    else:
        beside.mkdir()
        yield _Folder(beside)


def _write_mentions(files: _Files, found: Iterable[ExportedMention], ids: dict[int, None]) -> int:
    """Write a line for each mention and note the items; returns how many mentions."""

    def noted() -> Iterator[ExportedMention]:
        for one in found:
            ids[one.item.item_id] = None
            yield one

    with tempfile.TemporaryFile() as kept:
        lines = io.TextIOWrapper(kept, encoding="utf-8", errors="replace", newline="")
        count = write_jsonl(noted(), lines)
        lines.flush()
        kept.seek(0)
        files.write("mentions.jsonl", kept)
        lines.detach()
    return count


def _write_items(files: _Files, store: Store, ids: Sequence[int]) -> int:
    """Write items with their answers, one in memory at a time; returns how many raw ones."""
    raw = 0
    with tempfile.TemporaryFile() as kept:
        writer = WARCWriter(kept, gzip=True)
        for item_id in ids:
            with store.reading() as unit:
                item = unit.items.get(item_id)
                earlier, answers = unit.items.revisions(item_id), unit.captures.of(item_id)
            if item is None:
                continue
            _write_item(files, item, earlier, answers)
            for answer in answers:
                if answer.body is not None:
                    _write_record(writer, answer, answer.body)
                    raw += 1
        if raw:
            kept.seek(0)
            files.write("raw.warc.gz", kept)
    return raw


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
        digest = files.write(f"{folder}/text-{number}.txt", io.BytesIO(text))
        versions.append(
            {
                "number": number,
                "file": f"text-{number}.txt",
                "text_sha256": digest,
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
    files.write(f"{folder}/item.json", io.BytesIO(_json(said)))


def _answer(one: Capture) -> dict[str, Any]:
    said = asdict(one)
    said.pop("body")
    said.pop("item_id")
    said["version"] = said.pop("revision")
    said["fetched_at"] = iso(one.fetched_at)
    said["headers"] = [list(pair) for pair in one.headers]
    return said | {"raw_kept": one.body is not None}


def _write_record(writer: WARCWriter, one: Capture, body: bytes) -> None:
    headers = StatusAndHeaders(str(one.status), list(_as_unpacked(one)), protocol="HTTP/1.1")
    record = writer.create_warc_record(
        one.url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=headers,
        warc_headers_dict={"WARC-Date": utc_text(one.fetched_at)},
    )
    writer.write_record(record)


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
    mentions: int,
    now: datetime,
) -> bytes:
    return _json(
        {
            "form": FORM,
            "number": number,
            "made_at": iso(now),
            "previous_manifest_sha256": None if before is None else before.manifest_sha256,
            "mentions": mentions,
            "files": files.known,
        }
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "replace"
    )
