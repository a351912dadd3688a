"""One supplier: its thread by matter, filtered by kind, and as a file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from alerts.threads.dates_ahead import DATE_LABELS
from alerts.threads.gathering import gather_thread, subject_of
from alerts.threads.model import EVENT_KINDS, EventKind, Matter, SupplierThread, ThreadEvent
from config.model import Supplier
from storage.model import Role
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Download, Page, PageRequest, PageResponse, not_found
from supplierwatch.desk.reading.narrowing import build_address
from supplierwatch.exports.thread_files import write_thread_csv, write_thread_jsonl
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

MATTERS = 20  # of a page
MAX_AHEAD = 30
MAX_EVENTS = 60  # of a matter on the page, the newest; files have all
PERIODS = {"": None, "30": 30, "90": 90, "365": 365}
LABELS: dict[EventKind, str] = {
    "press": mark_text("Press"),
    "notice": mark_text("Notices"),
    "question": mark_text("Questions"),
    "hansard": mark_text("Hansard"),
    "boardpaper": mark_text("Board papers"),
    "edit": mark_text("Edits"),
    "withdrawal": mark_text("Withdrawals"),
    "alarm": mark_text("Alarms"),
}


def supplier(request: PageRequest) -> PageResponse:
    """Show the thread of a supplier."""
    declared = _find(request)
    if declared is None:
        return not_found(_("There is no supplier of this name in the configuration."))
    kind, days = _read_filters(request)
    thread = _gather(request, declared)
    shown = [(each, _select_events(each, kind)) for each in thread.matters]
    matters = [(matter, events) for matter, events in shown if events]
    own: dict[str, str | int | None] = {"kind": kind, "days": days}
    path = f"/suppliers/{declared.key}"
    return PageResponse(
        template="suppliers/thread.html",
        values={
            "thread": thread,
            "names": request.source.context.names,
            "page": cut_page(request, matters, size=MATTERS),
            "kind": kind,
            "days": days,
            "kinds": _count_kinds(thread, path, days),
            "periods": [(d, build_address(path, own | {"days": d})) for d in PERIODS],
            "ahead": thread.ahead[:MAX_AHEAD],
            "more_ahead": max(0, len(thread.ahead) - MAX_AHEAD),
            "ahead_words": DATE_LABELS,
            "alarms": thread.alarms if kind in ("", "alarm") else (),
            "why": {join.item_id: join for each in thread.matters for join in each.joins},
            "most_events": MAX_EVENTS,
            "here_page": build_address(path, own) + ("&" if kind or days else "?"),
            "exports": {
                form: build_address(f"{path}/export", own | {"form": form})
                for form in ("csv", "jsonl")
            },
            "search": build_address("/search", {"supplier": declared.key}),
        },
    )


def export(request: PageRequest) -> PageResponse:
    """Return the events of a thread as CSV or JSON Lines."""
    declared, form = _find(request), request.values.get("form", "")
    if declared is None or form not in ("csv", "jsonl"):
        return not_found(_("There is nothing to export: choose CSV or JSON of a supplier."))
    kind = _read_filters(request)[0]
    kinds: Sequence[str] = (kind,) if kind else EVENT_KINDS
    thread, names = _gather(request, declared), request.source.wired.source_names
    out = io.StringIO(newline="")
    name = f"{declared.key}.{form}"
    if form == "csv":
        write_thread_csv(thread, kinds, names, out)
        # a byte-order mark, by which spreadsheets know the encoding
        body, media = b"\xef\xbb\xbf" + _encode(out), "text/csv; charset=utf-8"
    else:
        write_thread_jsonl(thread, kinds, names, out)
        body, media = _encode(out), "application/jsonl"
    return PageResponse(download=Download(name=name, media_type=media, body=body))


def _encode(out: io.StringIO) -> bytes:
    return out.getvalue().encode("utf-8", "replace")


def _find(request: PageRequest) -> Supplier | None:
    suppliers, key = request.source.wired.catalog.suppliers, request.path["key"]
    return next((one for one in suppliers if one.key == key), None)


def _read_filters(request: PageRequest) -> tuple[str, str]:
    kind, days = request.values.get("kind", ""), request.values.get("days", "")
    return kind if kind in EVENT_KINDS else "", days if days in PERIODS else ""


def _gather(request: PageRequest, declared: Supplier) -> SupplierThread:
    wired, (_, days) = request.source.wired, _read_filters(request)
    length = PERIODS[days]
    return gather_thread(
        request.source.store,
        subject_of(declared),
        wired.suppliers,
        wired.source_names,
        now=request.now,
        since=None if length is None else request.now - timedelta(days=length),
    )


def _select_events(matter: Matter, kind: str) -> list[ThreadEvent]:
    return [event for event in matter.events if not kind or event.kind == kind]


def _count_kinds(thread: SupplierThread, path: str, days: str) -> list[Any]:
    """Return (kind, label, count, address) of all events, and of each kind that occurs."""
    events = thread.events
    counted: list[Any] = [("", _("All"), len(events), build_address(path, {"days": days}))]
    for kind, label in LABELS.items():
        if count := sum(event.kind == kind for event in events):
            counted.append(
                (kind, _(label), count, build_address(path, {"kind": kind, "days": days}))
            )
    return counted


PAGES = (
    Page(path="/suppliers/{key}", handler=supplier, role=Role.READER),
    Page(path="/suppliers/{key}/export", handler=export, role=Role.READER),
)
