"""Makes one entry of the stories of one event: the clearest headline leads. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from alerts.digest.entry import Entry
from alerts.summaries.extract import LEAST_OUTLETS, select_sentences
from alerts.summaries.model import EventSummary, FeatureFrequencies
from alerts.summaries.sentence_features import ReadReport
from alerts.text.sanitize import fragment, shorten
from alerts.text.sentences import sentences
from storage.model import StoredItem
from storage.rules.events.features import read_features

MAX_COMPARED = 30  # reports of an event
MAX_SENTENCES = 60  # of a report that are compared
MAX_CHARACTERS = 20_000
MAX_SENTENCE = 240
MIN_WORDS = 6
MIN_NEW = 3  # names, amounts, dates and words of a sentence that no other report has
MIN_SHARE = 0.5  # of those of the sentence
LONG_HEADLINE = 90  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTexts:
    """What is known of the events of a message.

    `events` maps the ids of items to those of their events, for watches that tell events as one;
    `items` are the items by id. `summarised` are the watches of them that summarise an event, by
    `reports`, item id -> what was read of it, and by the `frequencies` in the archive.
    """

    events: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    items: Mapping[int, StoredItem] = field(default_factory=lambda: MappingProxyType({}))
    watches: frozenset[str] = frozenset()
    summarised: frozenset[str] = frozenset()
    reports: Mapping[int, ReadReport] = field(default_factory=lambda: MappingProxyType({}))
    frequencies: FeatureFrequencies = field(default_factory=FeatureFrequencies)

    def event_of(self, entry: Entry) -> int | None:
        """Return the event by which an entry is joined with others; None if by none."""
        if entry.watch_key not in self.watches:
            return None
        return self.events.get(entry.item_id)

    def summarise(self, entries: Sequence[Entry]) -> EventSummary | None:
        """Return the summary of entries that report one event, if their watch has summaries."""
        if entries[0].watch_key not in self.summarised:
            return None
        ids = sorted(each.item_id for each in entries if each.item_id in self.reports)
        return select_sentences([self.reports[each] for each in ids], self.frequencies)


NO_EVENTS = EventTexts()


def join_events(
    entries: Sequence[Entry], told: Sequence[Entry], known: EventTexts
) -> tuple[Entry, ...]:
    """Make one entry of those that report one event; the others of it are its `reports`.

    Args:
        entries: the new stories of one watch.
        told: what the reader was alerted of before, of any watch.
        known: the events.
    """
    grouped: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        event = known.event_of(entry)
        key = ("item", entry.item_id) if event is None else ("event", event)
        grouped.setdefault(key, []).append(entry)
    joined = []
    for (kind, number), members in grouped.items():
        alerted = tuple(
            each
            for each in told
            if kind == "event"
            and known.event_of(each) == number
            and each.watch_key == members[0].watch_key
            and each.told_before is not None
        )
        joined.append(_join_entries(members, alerted, known))
    return tuple(joined)


def _join_entries(entries: Sequence[Entry], alerted: tuple[Entry, ...], known: EventTexts) -> Entry:
    if len(entries) == 1:
        return replace(entries[0], alerted=alerted)
    in_order = sorted(entries, key=lambda each: (each.when, each.item_id))
    summary = known.summarise(in_order)
    adds = _find_own_sentences(in_order, known.items)
    if summary is not None:
        summary, adds = _say_once(summary, adds)
    lead = choose_lead(in_order)
    return replace(
        lead,
        alerted=alerted,
        adds=adds.get(lead.item_id, ""),
        summary=summary,
        reports=tuple(
            replace(each, adds=adds.get(each.item_id, ""))
            for each in in_order
            if each.item_id != lead.item_id
        ),
    )


def choose_lead(entries: Sequence[Entry]) -> Entry:
    """Return the entry with the clearest headline.

    It has a hit, is not cut short, and has most of the words that other headlines of the event
    have too; of equal ones, the first.
    """
    words = [frozenset(read_features(each.headline, "")) for each in entries]
    counts = Counter(word for each in words for word in each)

    def rank(at: int) -> tuple[bool, bool, float]:
        own = words[at]
        shared = sum(counts[word] - 1 for word in own) / max(1.0, len(own) ** 0.5)
        is_long = len(entries[at].headline) > LONG_HEADLINE
        return any(segment.hit for segment in entries[at].title), not is_long, shared

    best = max(range(len(entries)), key=lambda at: (rank(at), -at))
    return entries[best]


def _say_once(
    summary: EventSummary, adds: Mapping[int, str]
) -> tuple[EventSummary, dict[int, str]]:
    """Mark the sentences of a summary that one report alone has, and leave them out elsewhere."""
    marked = tuple(
        replace(
            each,
            only_here=adds.get(each.item_id) == each.text
            and not each.similar
            and max(each.amount_outlets, each.date_outlets) < LEAST_OUTLETS,
        )
        for each in summary.sentences
    )
    said = {each.text for each in marked}
    rest = {item_id: text for item_id, text in adds.items() if text not in said}
    return replace(summary, sentences=marked), rest


def _find_own_sentences(
    entries: Sequence[Entry], items: Mapping[int, StoredItem]
) -> dict[int, str]:
    """Return item id -> the sentence that says most of what no other report says."""
    texts = {
        each.item_id: items[each.item_id].body[:MAX_CHARACTERS]
        for each in entries[:MAX_COMPARED]
        if each.item_id in items and items[each.item_id].text_state == "full"
    }
    read = {
        item_id: [
            (text, frozenset(read_features("", text)))
            for text in sentences(body)[:MAX_SENTENCES]
            if len(text.split()) >= MIN_WORDS
        ]
        for item_id, body in texts.items()
    }
    counts: Counter[str] = Counter()
    for said in read.values():
        counts.update(frozenset().union(*(words for _, words in said)))
    found = {}
    for item_id, said in read.items():
        best, most = "", 0
        for text, words in said:
            new = sum(counts[word] == 1 for word in words)
            if new > most and new >= MIN_NEW and new >= MIN_SHARE * len(words):
                best, most = text, new
        if best and len(read) > 1:
            found[item_id] = shorten(fragment(best).strip(), MAX_SENTENCE)
    return found
