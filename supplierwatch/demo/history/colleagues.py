"""Adds the users of the demo, and their marks on the newest stories."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.model import MarkKind, Role, User
from storage.store import Store, Unit

YOU = "you"  # the user whose link is printed
COLLEAGUES = (("imogen", Role.EDITOR), ("aled", Role.READER))


def add_marks(store: Store, now: datetime) -> None:
    """Add an operator and two colleagues, none with a password, and their marks."""
    with store.transaction() as unit:
        you, imogen, _aled = (
            _add_user(unit, name, role, now - timedelta(days=40))
            for name, role in ((YOU, Role.OPERATOR), *COLLEAGUES)
        )
        unit.users.set_timezone(you.user_id, "Europe/London")
        newest = unit.items.newest(limit=60)
        by_slug = {
            (item.url or "").rpartition("/")[2].removesuffix(".html"): item for item in newest
        }
        hour = timedelta(hours=1)
        for slug, kind, user, text, ago in (
            ("halden-credits", MarkKind.STAR, you, "", hour),
            ("halden-credits", MarkKind.TAG, imogen, "outage", hour),
            ("halden-outage-night", MarkKind.TAG, imogen, "outage", 90 * hour),
            ("halden-letter", MarkKind.TAG, imogen, "outage", 80 * hour),
            (
                "corvantis-saltmarsh-bid",
                MarkKind.NOTE,
                imogen,
                "The press office wants a line on this before noon. I have asked procurement.",
                3 * hour,
            ),
        ):
            if slug in by_slug:
                unit.marks.add(by_slug[slug].item_id, kind, user.user_id, now - ago, text=text)
        if (bid := by_slug.get("corvantis-saltmarsh-bid")) is not None:
            unit.marks.add(
                bid.item_id,
                MarkKind.ASSIGNMENT,
                imogen.user_id,
                now - 2 * hour,
                assignee_id=you.user_id,
            )
        if len(newest) > 40:
            for item in newest[40:]:
                unit.read_states.record(you.user_id, item.item_id, now, is_read=True)


def _add_user(unit: Unit, name: str, role: Role, now: datetime) -> User:
    user = unit.users.add(name, role, now)
    if user is None:
        raise ValueError(f"the archive of the demo has a user {name!r} already")
    return user
