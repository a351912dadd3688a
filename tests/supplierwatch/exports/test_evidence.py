"""Evidence that is exported can be read, checked, and told from what was changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage.archive.captures import MAX_HEADER_BYTES, bound_headers
from supplierwatch.exports.evidence import ConcurrentExport, write_evidence
from supplierwatch.exports.mentions import ExportedMention
from tests.supplierwatch.instance import BODY, Instance, an_article, an_instance
from tests.support.pages import a_fetched_page
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed

PAGE = b"<html><body><p>Halcyon Health \xe2\x80\x93 and the trust</p></body></html>"


ANSWER = a_fetched_page(
    PAGE,
    "https://ward-ledger.example/millbrook",
    final_url="https://ward-ledger.example/2026/millbrook",
    headers=(
        ("content-type", "text/html"),
        ("content-encoding", "gzip"),
        ("set-cookie", "session=secret"),
        ("date", "Tue, 24 Nov 2026 07:30:00 GMT"),
    ),
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Two items that watches found; the answer of the first is kept, of the second its hash."""
    instance = an_instance(tmp_path)
    instance.stores(an_article("millbrook"), an_article("harbour", body=f"{BODY} And more."))
    with instance.store() as store, store.transaction() as unit:
        unit.captures.put(1, 1, ANSWER, with_body=True)
        unit.captures.put(2, 1, ANSWER, with_body=False)
    return instance


def export(instance: Instance, target: Path) -> str:
    """Export evidence; the hash of its manifest."""
    run = instance.run("export", "--evidence", str(target))
    assert run.exit_code == 0, run.output
    return run.stdout.split()[0]


def verify(instance: Instance, *paths: Path) -> tuple[int, str]:
    options = [part for path in paths for part in ("--verify", str(path))]
    run = instance.run("export", *options)
    return run.exit_code, run.stdout


def test_a_folder_holds_texts_hashes_headers_and_times(instance: Instance, tmp_path: Path) -> None:
    target = tmp_path / "evidence"
    digest = export(instance, target)
    assert hashlib.sha256((target / "manifest.json").read_bytes()).hexdigest() == digest
    item = json.loads((target / "items/1/item.json").read_text())
    text = (target / "items/1/text-1.txt").read_bytes()
    assert BODY in text.decode()
    assert item["versions"][0]["text_sha256"] == hashlib.sha256(text).hexdigest()
    [answer] = item["answers"]
    assert answer["url"] == "https://ward-ledger.example/2026/millbrook"
    assert answer["body_sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert ["date", "Tue, 24 Nov 2026 07:30:00 GMT"] in answer["headers"]
    assert "secret" not in json.dumps(item)
    assert item["first_seen_at"].startswith("20")
    mentions = (target / "mentions.jsonl").read_text().splitlines()
    assert {json.loads(line)["watch"] for line in mentions} >= {"halcyon-trusts"}


def test_raw_answers_are_a_warc_that_others_read(instance: Instance, tmp_path: Path) -> None:
    target = tmp_path / "evidence"
    export(instance, target)
    with (target / "raw.warc.gz").open("rb") as stream:
        records = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.http_headers.get_header("X-Archive-Orig-content-encoding"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(stream, check_digests="raise")
        ]
    assert records == [("response", "https://ward-ledger.example/2026/millbrook", "gzip", PAGE)]


def test_a_zip_holds_what_a_folder_holds(instance: Instance, tmp_path: Path) -> None:
    folder, packed = tmp_path / "evidence", tmp_path / "evidence.zip"
    export(instance, folder)
    export(instance, packed)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(packed) as archive:
        assert set(archive.namelist()) == names
        for name in names - {"manifest.json", "raw.warc.gz"}:  # a WARC has identifiers of its own
            assert archive.read(name) == (folder / name).read_bytes()


def test_exports_are_chained_and_found_as_they_were_made(
    instance: Instance, tmp_path: Path
) -> None:
    paths = [tmp_path / "a", tmp_path / "b.zip", tmp_path / "c"]
    digests = [export(instance, path) for path in paths]
    manifest = json.loads((paths[2] / "manifest.json").read_text())
    assert (manifest["number"], manifest["previous_manifest_sha256"]) == (3, digests[1])
    code, said = verify(instance, *reversed(paths))
    assert code == 0, said
    assert said.count("unchanged") == 3


CHANGES = {
    "changed": ("items/1/text-1.txt was changed", lambda at: _flip(at / "items/1/text-1.txt")),
    "missing": ("items/1/item.json is missing", lambda at: (at / "items/1/item.json").unlink()),
    "added": ("extra.txt was added", lambda at: (at / "extra.txt").write_text("x")),
    "no manifest": ("has no manifest.json", lambda at: (at / "manifest.json").unlink()),
    "broken manifest": (
        "manifest.json cannot be read",
        lambda at: (at / "manifest.json").write_text("{"),
    ),
}


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_in_an_export_is_named(
    instance: Instance, tmp_path: Path, change: str
) -> None:
    target = tmp_path / "evidence"
    export(instance, target)
    said, do = CHANGES[change]
    do(target)
    code, told = verify(instance, target)
    assert code == 1
    assert said in told
    assert "CHANGED since it was made" in told


def test_a_rewritten_export_breaks_the_chain(instance: Instance, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    export(instance, first)
    export(instance, second)
    text = first / "items/1/text-1.txt"
    text.write_text("something else")
    manifest = json.loads((first / "manifest.json").read_text())
    for file in manifest["files"]:  # as a forger would
        file["sha256"] = hashlib.sha256((first / file["path"]).read_bytes()).hexdigest()
    (first / "manifest.json").write_text(json.dumps(manifest))
    code, said = verify(instance, first, second)
    assert code == 1
    assert "names another manifest than that of number 1" in said


def test_an_export_that_is_missing_is_told(instance: Instance, tmp_path: Path) -> None:
    for name in "abc":
        export(instance, tmp_path / name)
    shutil.rmtree(tmp_path / "b")
    code, said = verify(instance, tmp_path / "a", tmp_path / "c")
    assert code == 1
    assert "number 2 is missing before it" in said


def test_evidence_is_never_overwritten(instance: Instance, tmp_path: Path) -> None:
    target = tmp_path / "evidence"
    export(instance, target)
    run = instance.run("export", "--evidence", str(target))
    assert run.exit_code == 2
    assert "exists already" in run.output
    assert export(instance, tmp_path / "next")  # number 2: nothing was noted of the refused one
    manifest = json.loads((tmp_path / "next/manifest.json").read_text())
    assert manifest["number"] == 2


def test_the_archive_is_written_to_while_evidence_is_and_the_chain_stays_whole(
    instance: Instance, tmp_path: Path
) -> None:
    late, between = tmp_path / "late", tmp_path / "between"

    def while_something_else_happens() -> Iterator[ExportedMention]:
        write_evidence(store, (), between, datetime.now(UTC))
        yield from ()

    with instance.store() as store, pytest.raises(ConcurrentExport):
        write_evidence(store, while_something_else_happens(), late, datetime.now(UTC))
    assert [path.name for path in tmp_path.iterdir() if "late" in path.name] == []
    assert verify(instance, between)[0] == 0


def test_headers_that_are_kept_are_bounded() -> None:
    many = [(f"x-{n}", "y" * 100) for n in range(1000)]
    kept = bound_headers(many)
    assert len(kept) <= 64
    assert sum(len(name) + len(value) for name, value in kept) <= MAX_HEADER_BYTES


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as served:
        yield served


@pytest.mark.parametrize("keep", [True, False])
def test_a_poll_keeps_how_each_text_came(tmp_path: Path, site: FakeSite, keep: bool) -> None:
    instance = an_instance(tmp_path)
    settings = (instance.config / "settings.toml").read_text()
    instance.write("settings.toml", f"{settings}keep_raw = {str(keep).lower()}\n")
    page = article_page("Halcyon and the trust", BODY)
    link = site.page("/1", page, headers={"X-Served-By": "ward-7"})
    url = site.page(
        "/feed", feed([Entry(title="Halcyon and the trust", link=link)]), content_type=FEED_TYPE
    )
    instance.write("sources.toml", f'[[source]]\nkey = "ledger"\nkind = "feed"\nurl = "{url}"\n')
    assert instance.run("crawl").exit_code == 0
    with instance.store() as store, store.reading() as unit:
        [answer] = unit.captures.of_item(1)
    assert ("x-served-by", "ward-7") in answer.headers
    assert answer.body_sha256 == hashlib.sha256(page.encode()).hexdigest()
    assert answer.body == (page.encode() if keep else None)
