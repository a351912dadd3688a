"""Today: what the watches found lately, by supplier, and what of it this user has not seen."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import available_timezones

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit, read_number
from supplierwatch.desk.reading.card_functions import card_functions
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.section_shares import share_out
from supplierwatch.desk.reading.today_stories import MOST, SHOWS, Show, TodayWish, gather_today

DAYS = (1, 2, 7, 30)
USUAL_DAYS = 2
MOST_SHOWN = 50  # stories of the sections; the rest of a section is a page of its own
LABELS: dict[Show, str] = {
    "all": "All",
    "unread": "Unread",
    "starred": "Starred",
    "mine": "Assigned to me",
}


def today(visit: Visit) -> Shown:
    """Show the stories of the last days, arranged as in a digest."""
    days = _read_days(visit.values.get("days", ""))
    tag = visit.values.get("tag", "")[:100]
    section = visit.values.get("section", "")[:200]
    show = _read_show(visit.values.get("show", ""), tag)
    wish = TodayWish(since=visit.now - timedelta(days=days), now=visit.now, show=show, tag=tag)
    with visit.source.store.reading() as unit:
        stories = gather_today(unit, visit.source.context, visit.user, wish)
        tags = unit.marks.tags()
        mutes = unit.desk_mutes.of_user(visit.user.user_id, visit.now)
        choices = read_choices(unit, visit)
    return Shown(
        template="reading/today.html",
        values={
            "stories": stories,
            "digest": stories.digest,
            "shares": share_out(stories.digest.sections, MOST_SHOWN, section),
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
            "user": visit.user,
            **card_functions(visit),
        },
    )


def mark_all_read(visit: Visit) -> Shown:
    """Mark all that the page showed as read: what came since stays new."""
    shown = read_number(visit.values.get("newest", ""))
    if shown is not None:
        with visit.source.store.transaction() as unit:
            newest = min(shown, unit.users.newest_mention())
            unit.users.mark_all_seen(visit.user.user_id, newest, visit.now)
            unit.read_states.delete_until(visit.user.user_id, newest)
    return Shown(redirect="/")


def set_timezone(visit: Visit) -> Shown:
    """Set the zone in which the user sees times; an empty one is that of the service."""
    name = visit.values.get("timezone", "").strip()
    if name and name not in available_timezones():
        why = f"There is no time zone {name[:60]!r}. Write it as Europe/London, or nothing."
        return Shown(
            template="reading/mark-refused.html", status=400, values={"why": why, "back": "/"}
        )
    with visit.source.store.transaction() as unit:
        unit.users.set_timezone(visit.user.user_id, name or None)
    return Shown(redirect="/")


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
    Page(path="/", answer=today, role=Role.READER, nav="Today", order=1),
    Page(path="/read", answer=mark_all_read, role=Role.READER, method="POST"),
    Page(path="/time-zone", answer=set_timezone, role=Role.READER, method="POST"),
)
