"""What a search found, as a file: CSV, JSON Lines, Atom, evidence; as much as is counted."""

from __future__ import annotations

import hashlib
import io

from alerts.query import QueryError
from alerts.search.archive_search import SearchHit
from storage.model import Role
from supplierwatch.desk.page import Download, Page, Shown, Visit, missing
from supplierwatch.desk.pages.reading.evidence import download_evidence
from supplierwatch.desk.pages.reading.search import find, read_wish
from supplierwatch.desk.reading.evidence_packs import MOST_ITEMS
from supplierwatch.exports.hits import render_hits_atom, write_hits_csv, write_hits_jsonl


def export(visit: Visit) -> Shown:
    """Return the hits of a search in the form that is asked for."""
    form = visit.values.get("form", "")
    hits = _find_hits(visit)
    if hits is None or form not in ("csv", "jsonl", "atom"):
        return missing("There is nothing to export: search first, and choose CSV, JSON or Atom.")
    names = visit.source.wired.source_names
    if form == "atom":
        wish = read_wish(visit)
        text = wish.narrowing.query(wish.text)
        about = f"urn:sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        body = render_hits_atom(hits, names, about=about, title=f"Search: {text}")
        return _download("atom", "application/atom+xml; charset=utf-8", body)
    out = io.StringIO(newline="")
    if form == "csv":
        write_hits_csv(hits, names, out)
        # a byte-order mark, by which spreadsheets know the encoding
        body = b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")
        return _download("csv", "text/csv; charset=utf-8", body)
    write_hits_jsonl(hits, names, out)
    return _download("jsonl", "application/jsonl", out.getvalue().encode("utf-8", "replace"))


def evidence(visit: Visit) -> Shown:
    """Return the evidence of the hits of a search, at most `MOST_ITEMS`."""
    hits = _find_hits(visit)
    if not hits:
        return missing("There is nothing to export: search first.")
    ids = [hit.item.item_id for hit in hits[:MOST_ITEMS]]
    return download_evidence(visit, ids, "evidence-search.zip")


def _find_hits(visit: Visit) -> tuple[SearchHit, ...] | None:
    wish = read_wish(visit)
    if wish.empty:
        return None
    try:
        _, found = find(visit, wish)
    except QueryError:
        return None
    return found.locate(visit.source)


def _download(ending: str, media_type: str, body: bytes) -> Shown:
    return Shown(download=Download(name=f"search.{ending}", media_type=media_type, body=body))


PAGES = (
    Page(path="/search/export", answer=export, role=Role.READER),
    Page(path="/search/evidence", answer=evidence, role=Role.EDITOR, method="POST"),
)
