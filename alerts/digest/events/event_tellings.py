"""Reads the events of tellings, and leaves later reports of an alerted event for a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.digest.context import TellingContext
from alerts.digest.events.event_entries import EventTexts
from alerts.digest.events.event_summaries import read_frequencies, read_reports
from storage.model import PendingTelling, StoredItem
from storage.store import Unit

# after this time a further report of an event is alerted again
ALERTED_FOR = timedelta(days=7)


def read_events(unit: Unit, items: Sequence[StoredItem], context: TellingContext) -> EventTexts:
    """Read the events of items for a message."""
    if not context.with_events:
        return EventTexts()
    events = unit.events.events_of({item.item_id for item in items})
    summarised = context.with_events & context.with_summaries
    reports = read_reports(items, events, context.names) if summarised else {}
    return EventTexts(
        events=events,
        items={item.item_id: item for item in items},
        watches=context.with_events,
        summarised=summarised,
        reports=reports,
        frequencies=read_frequencies(unit, reports.values()),
    )


def select_for_digest(
    recipient: str,
    unit: Unit,
    tellings: Sequence[PendingTelling],
    context: TellingContext,
    now: datetime,
) -> frozenset[int]:
    """Return the mentions of an alert that are later reports of an event that was alerted.

    Only those that wait for a digest of the same recipient, so that each report is told in one
    message; who has no digest is alerted of each.
    """
    able = [
        telling
        for telling in tellings
        if telling.what == "new" and telling.mention.match.watch_key in context.with_events
    ]
    events = unit.events.events_of({telling.item.item_id for telling in able})
    if not events:
        return frozenset()
    members = unit.events.members(set(events.values()))
    stories = {story: event for event, each in members.items() for story in each}
    alerted = {
        (stories[told.story_id], told.watch_key)
        for told in unit.stories.told_to(recipient, stories)
        if context.tells_at_once(told.subscription_key) and now - told.told_at < ALERTED_FOR
    }
    known = [
        telling
        for telling in able
        if (events.get(telling.item.item_id), telling.mention.match.watch_key) in alerted
    ]
    return _wait_for_digest(recipient, unit, known, context)


def _wait_for_digest(
    recipient: str, unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> frozenset[int]:
    """Return the ids of the mentions that wait for a digest of a recipient."""
    if not tellings:
        return frozenset()
    digests = [
        each.subscriber_id
        for each in unit.subscribers.all()
        if each.recipient.lower() == recipient.lower()
        and each.ended_at is None
        and each.subscription_key in context.subscriptions
        and not context.tells_at_once(each.subscription_key)
    ]
    if not digests:
        return frozenset()
    mentions = sorted({telling.mention.mention_id for telling in tellings})
    pending = unit.tellings.pending(digests, mentions)
    return frozenset(each.mention.mention_id for each in pending if each.what == "new")
