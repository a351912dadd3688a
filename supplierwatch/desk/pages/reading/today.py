"""Today: recent finds of the watches, by supplier, and which of them this user has not read."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import available_timezones

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, read_number
from supplierwatch.desk.reading import stories_read
from supplierwatch.desk.reading.card_functions import card_functions
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.section_shares import share_out
from supplierwatch.desk.reading.today_stories import MOST, SHOWS, Show, TodayFilter, gather_today
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

DAYS = (1, 2, 7, 30)
USUAL_DAYS = 2
MAX_SHOWN = 50  # stories of the sections; the rest of a section is a page of its own
LABELS: dict[Show, str] = {
    "all": mark_text("All"),
    "unread": mark_text("Unread"),
    "starred": mark_text("Starred"),
    "mine": mark_text("Assigned to me"),
}


def today(request: PageRequest) -> PageResponse:
    """Show the stories of the last days, arranged as in a digest."""
    days = _read_days(request.values.get("days", ""))
    tag = request.values.get("tag", "")[:100]
    section = request.values.get("section", "")[:200]
    show = _read_show(request.values.get("show", ""), tag)
    filters = TodayFilter(
        since=request.now - timedelta(days=days), now=request.now, show=show, tag=tag
    )
    with request.source.store.reading() as unit:
        stories = gather_today(unit, request.source.context, request.user, filters)
        tags = unit.marks.tags()
        mutes = unit.desk_mutes.of_user(request.user.user_id, request.now)
        choices = read_choices(unit, request)
    return PageResponse(
        template="reading/today.html",
        values={
            "stories": stories,
            "digest": stories.digest,
            "shares": share_out(stories.digest.sections, MAX_SHOWN, section),
            "section": section,
            "whole": _path_of(show, tag, days),
            "show": show,
            "tag": tag,
            "tags": tags,
            "labels": LABELS,
            "days": days,
            "usual_days": USUAL_DAYS,
            "choices": choices,
            "day_choices": DAYS,
            "most": MOST,
            "mutes": mutes,
            "back": _path_of(show, tag, days, section),
            "user": request.user,
            **card_functions(request),
        },
    )


def mark_all_read(request: PageRequest) -> PageResponse:
    """Mark everything that the page showed as read; later finds stay unread."""
    shown = read_number(request.values.get("newest", ""))
    if shown is not None:
        with request.source.store.transaction() as unit:
            stories_read.mark_all_read(unit, request.user, shown, request.now)
    return PageResponse(redirect="/")


def set_timezone(request: PageRequest) -> PageResponse:
    """Set the zone in which the user sees times; an empty one is that of the service."""
    name = request.values.get("timezone", "").strip()
    if name and name not in available_timezones():
        why = _(
            "There is no time zone %(name)r. Write it as Europe/London, or nothing.", name=name[:60]
        )
        return PageResponse(
            template="reading/mark-refused.html", status=400, values={"why": why, "back": "/"}
        )
    with request.source.store.transaction() as unit:
        unit.users.set_timezone(request.user.user_id, name or None)
    return PageResponse(redirect="/")


def _path_of(show: Show, tag: str, days: int, section: str = "") -> str:
    chosen: dict[str, str | int] = {}
    if tag:
        chosen["tag"] = tag
    elif show != "all":
        chosen["show"] = show
    if days != USUAL_DAYS:
        chosen["days"] = days
    if section:
        chosen["section"] = section
    return "/" + (f"?{urlencode(chosen)}" if chosen else "")


def _read_show(given: str, tag: str) -> Show:
    if tag:
        return "tag"
    return next((each for each in SHOWS if each == given and each != "tag"), "all")


def _read_days(given: str) -> int:
    return int(given) if given in {str(days) for days in DAYS} else USUAL_DAYS


PAGES = (
    Page(path="/", handler=today, role=Role.READER, nav=mark_text("Today"), order=1),
    Page(path="/read", handler=mark_all_read, role=Role.READER, method="POST"),
    Page(path="/time-zone", handler=set_timezone, role=Role.READER, method="POST"),
)
