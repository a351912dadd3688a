"""The briefings of a user: stories that were selected, ordered and commented on."""

from __future__ import annotations

from storage.model import Briefing, BriefingEntry, Role
from storage.store import Unit
from storage.users.briefings import MAX_BRIEFINGS, MAX_COMMENT, MAX_ENTRIES, MAX_TITLE
from supplierwatch.desk.briefings.briefing_changes import (
    add_articles,
    make_briefing,
    remove_briefing,
    replace_briefing,
)
from supplierwatch.desk.briefings.briefing_documents import read_briefing
from supplierwatch.desk.page import (
    Download,
    Page,
    PageRequest,
    PageResponse,
    not_found,
    read_number,
)
from supplierwatch.desk.render import format_long_day
from supplierwatch.exports.briefing_docx import MEDIA_TYPE, render_docx
from supplierwatch.exports.briefings import render_markdown
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

NONE = mark_text("You have no briefing of this number.")


def briefings(request: PageRequest) -> PageResponse:
    """List the briefings of the signed-in user."""
    return _list(request)


def select(request: PageRequest) -> PageResponse:
    """Put the selected articles into a briefing of the user, or into a new one."""
    numbers = [read_number(each) for each in request.lists.get("item", ())]
    items = [each for each in numbers if each is not None]
    number = read_number(request.values.get("briefing", ""))
    title = " ".join(request.values.get("title", "").split())[:MAX_TITLE]
    with request.source.store.transaction() as unit:
        if number is None:
            number = _find_titled(unit, request, title)
        if number is not None:
            found = unit.briefings.get(number, request.user.user_id)
            if found is None:
                return not_found(_(NONE))
        else:
            title = title or _("Briefing of %(day)s", day=format_long_day(request.now))
            number = make_briefing(unit, request.actor, request.user.user_id, title, request.now)
            if number is None:
                return _refuse(_("You have %(n)s briefings: remove one first.", n=MAX_BRIEFINGS))
        add_articles(unit, request.actor, number, items, request.now)
    return PageResponse(redirect=f"/briefings/{number}")


def briefing(request: PageRequest) -> PageResponse:
    """Show a briefing with the form that edits it."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    values = {"briefing": found[0], "document": found[1], "most": MAX_ENTRIES}
    limits = {"max_title": MAX_TITLE, "max_comment": MAX_COMMENT}
    return PageResponse(template="briefings/briefing.html", values=values | limits)


def save(request: PageRequest) -> PageResponse:
    """Store title, introduction, order and comments; or remove the briefing."""
    number, values = read_number(request.path["number"]) or 0, request.values
    with request.source.store.transaction() as unit:
        found = unit.briefings.get(number, request.user.user_id)
        if found is None:
            return not_found(_(NONE))
        if values.get("do") == "remove":
            remove_briefing(unit, request.actor, found, request.now)
            return PageResponse(redirect="/briefings")
        title = " ".join(values.get("title", "").split())[:MAX_TITLE] or found.title
        replace_briefing(
            unit,
            request.actor,
            number,
            title=title,
            introduction=values.get("introduction", ""),
            entries=_read_entries(found, request),
            now=request.now,
        )
    return PageResponse(redirect=f"/briefings/{number}")


def show_printed(request: PageRequest) -> PageResponse:
    """Show a briefing as it is printed or sent."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    return PageResponse(template="briefings/printed.html", values={"document": found[1]})


def markdown(request: PageRequest) -> PageResponse:
    """Return a briefing as a Markdown file."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    body = render_markdown(found[1]).encode("utf-8", "replace")
    name = f"briefing-{found[0].briefing_id}.md"
    return PageResponse(
        download=Download(name=name, media_type="text/markdown; charset=utf-8", body=body)
    )


def docx(request: PageRequest) -> PageResponse:
    """Return a briefing as a document for Word."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    name = f"briefing-{found[0].briefing_id}.docx"
    return PageResponse(
        download=Download(name=name, media_type=MEDIA_TYPE, body=render_docx(found[1]))
    )


def _find_titled(unit: Unit, request: PageRequest, title: str) -> int | None:
    """Return the number of the user's briefing with this title; None where there is none."""
    own = unit.briefings.of_user(request.user.user_id)
    same = (each for each in own if each.title.casefold() == title.casefold())
    return next((each.briefing_id for each in same), None)


def _list(request: PageRequest) -> PageResponse:
    with request.source.store.reading() as unit:
        found = unit.briefings.of_user(request.user.user_id)
    return PageResponse(template="briefings/briefings.html", values={"briefings": found})


def _read_entries(found: Briefing, request: PageRequest) -> list[BriefingEntry]:
    """Return the entries that stay, by the numbers in the fields of their places."""
    placed = []
    for at, entry in enumerate(found.entries, start=1):
        values, key = request.values, entry.item_id
        if values.get(f"leave-out-{key}"):
            continue
        place = read_number(values.get(f"place-{key}", ""), digits=4)
        comment = values.get(f"comment-{key}", entry.comment)
        # of two with one place, the one that moved comes first
        rank = (at if place is None else place, place is None or place == at, at)
        placed.append((rank, BriefingEntry(item_id=key, comment=comment)))
    return [entry for _, entry in sorted(placed, key=lambda pair: pair[0])]


def _refuse(why: str) -> PageResponse:
    values = {"why": why, "back": "/briefings"}
    return PageResponse(template="reading/mark-refused.html", status=400, values=values)


PAGES = (
    Page(
        path="/briefings", handler=briefings, role=Role.READER, nav=mark_text("Briefings"), order=3
    ),
    Page(path="/briefings", handler=select, role=Role.READER, method="POST"),
    Page(path="/briefings/{number}", handler=briefing, role=Role.READER),
    Page(path="/briefings/{number}", handler=save, role=Role.READER, method="POST"),
    Page(path="/briefings/{number}/printed", handler=show_printed, role=Role.READER),
    Page(path="/briefings/{number}/docx", handler=docx, role=Role.READER),
    Page(path="/briefings/{number}/markdown", handler=markdown, role=Role.READER),
)
