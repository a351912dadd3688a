"""Today: what the watches found lately, by supplier, and what of it this user has not seen."""

from __future__ import annotations

from datetime import timedelta

from alerts.digest.digest import Occasion, build_digest
from alerts.digest.findings import explain_tellings, members_of
from alerts.messages.wording import section_name
from storage.model import Mention, PendingTelling, Role, StoredItem
from storage.telling.mention_pages import MentionRange
from supplierwatch.desk.page import Page, Shown, Visit, read_number

DAYS = (1, 2, 7, 30)
MOST = 200  # mentions on one page
NOBODY = 0  # no subscriber


def today(visit: Visit) -> Shown:
    """Show the stories of the last days, arranged as in a digest."""
    days = _days(visit.values.get("days", ""))
    since = visit.now - timedelta(days=days)
    seen = visit.user.seen_mention_id
    context = visit.source.context
    with visit.source.store.reading() as unit:
        found = unit.exports.mentions(MentionRange(since=since), limit=MOST + 1)
        newest = unit.users.newest_mention()
        coverage = unit.coverage(since, visit.now)
        cut = len(found) > MOST
        found = tuple(pair for pair in found[:MOST] if not pair[0].baseline)
        digest = build_digest(
            explain_tellings(unit, [_telling(*pair) for pair in found], context),
            names=context.names,
            occasion=Occasion(
                kind="digest",
                recipient=visit.user.name,
                subscriptions=(),
                schedules=(),
                timezone="UTC",
                since=since,
                now=visit.now,
            ),
            coverage=coverage,
            members=members_of(unit, [item for _, item in found]),
        )
        unread = _unread_stories(found, seen)
    stories = {item.item_id: item.story_id for _, item in found}
    return Shown(
        template="reading/today.html",
        values={
            "digest": digest,
            "section_name": section_name,
            "stories": stories,
            "unread": unread,
            "newest": newest,
            "days": days,
            "choices": DAYS,
            "cut": cut,
            "most": MOST,
        },
    )


def mark_read(visit: Visit) -> Shown:
    """Mark all that the page showed as read: what came since stays new."""
    shown = read_number(visit.values.get("newest", ""))
    if shown is not None:
        with visit.source.store.transaction() as unit:
            newest = min(shown, unit.users.newest_mention())
            unit.users.mark_all_read(visit.user.user_id, newest)
    return Shown(redirect="/")


def _days(given: str) -> int:
    return int(given) if given in {str(days) for days in DAYS} else 2


def _telling(mention: Mention, item: StoredItem) -> PendingTelling:
    return PendingTelling(
        subscriber_id=NOBODY,
        mention=mention,
        item=item,
        what="new",
        revision=item.revision,
        told_before=None,
    )


def _unread_stories(found: tuple[tuple[Mention, StoredItem], ...], seen: int) -> frozenset[int]:
    return frozenset(item.story_id for mention, item in found if mention.mention_id > seen)


PAGES = (
    Page(path="/", answer=today, role=Role.READER, nav="Today", order=1),
    Page(path="/read", answer=mark_read, role=Role.READER, method="POST"),
)
