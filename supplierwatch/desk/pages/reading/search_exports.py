"""The results of a search as a file: CSV, JSON Lines, Atom, evidence; as many as are counted."""

from __future__ import annotations

import hashlib
import io

from alerts.query import QueryError
from alerts.search.archive_search import SearchHit
from storage.model import Role
from supplierwatch.desk.page import Download, Page, PageRequest, PageResponse, not_found
from supplierwatch.desk.pages.reading.evidence import download_evidence
from supplierwatch.desk.pages.reading.search import find, read_search_form
from supplierwatch.desk.reading.evidence_packs import MAX_ITEMS
from supplierwatch.exports.hits import render_hits_atom, write_hits_csv, write_hits_jsonl
from supplierwatch.formatting.translation import gettext as _


def export(request: PageRequest) -> PageResponse:
    """Return the hits of a search in the requested format."""
    form = request.values.get("form", "")
    hits = _find_hits(request)
    if hits is None or form not in ("csv", "jsonl", "atom"):
        return not_found(
            _("There is nothing to export: search first, and choose CSV, JSON or Atom.")
        )
    names = request.source.wired.source_names
    if form == "atom":
        search_form = read_search_form(request)
        text = search_form.narrowing.query(search_form.text)
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


def evidence(request: PageRequest) -> PageResponse:
    """Return the evidence of the hits of a search, at most `MAX_ITEMS`."""
    hits = _find_hits(request)
    if not hits:
        return not_found(_("There is nothing to export: search first."))
    ids = [hit.item.item_id for hit in hits[:MAX_ITEMS]]
    return download_evidence(request, ids, "evidence-search.zip")


def _find_hits(request: PageRequest) -> tuple[SearchHit, ...] | None:
    search_form = read_search_form(request)
    if search_form.is_empty:
        return None
    try:
        _, found = find(request, search_form)
    except QueryError:
        return None
    return found.locate(request.source)


def _download(ending: str, media_type: str, body: bytes) -> PageResponse:
    return PageResponse(
        download=Download(name=f"search.{ending}", media_type=media_type, body=body)
    )


PAGES = (
    Page(path="/search/export", handler=export, role=Role.READER),
    Page(path="/search/evidence", handler=evidence, role=Role.EDITOR, method="POST"),
)
