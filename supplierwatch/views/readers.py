"""Output of `readers` and `feedback`: subscribers, and items marked as not relevant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from storage.model import Span, StoredItem, Subscriber
from storage.telling.reader_requests import IrrelevantItem, MutedWatch
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.hits import words_hit
from supplierwatch.formatting.times import clock, day, iso

MAX_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One recipient of one subscription, with muted watches and the number of pending mentions."""

    subscriber: Subscriber
    mutes: tuple[MutedWatch, ...]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """An item that a reader marked as not relevant, with the words that the watch matched."""

    marked: IrrelevantItem
    words: tuple[str, ...]


def readers_of(
    people: Sequence[Subscriber], mutes: Sequence[MutedWatch], waiting: Mapping[int, int]
) -> tuple[Reader, ...]:
    """Combine subscribers with their mutes and pending counts.

    Args:
        waiting: subscriber id -> number of pending mentions.
    """
    return tuple(
        Reader(
            subscriber=person,
            mutes=tuple(each for each in mutes if each.subscriber_id == person.subscriber_id),
            waiting=waiting.get(person.subscriber_id, 0),
        )
        for person in people
    )


def print_readers(screen: Console, readers: Sequence[Reader], now: datetime) -> None:
    """Print a line for each reader, with mutes and pending mentions below."""
    for reader in readers:
        subscriber = reader.subscriber
        state = ("active", "green") if subscriber.ended_at is None else ("unsubscribed", "yellow")
        screen.print(
            Text.assemble(
                (clean(subscriber.recipient), "cyan"),
                "  ",
                subscriber.subscription_key,
                "  ",
                state,
                "",
            ),
            soft_wrap=True,
        )
        for detail in _describe_state(reader):
            print_indented(screen, Text(detail, "dim"), 4)
    if not readers:
        screen.print("There are no readers yet: the next `crawl`, or a `run`, loads them.")
        return
    ended = sum(1 for each in readers if each.subscriber.ended_at is not None)
    active = plural(len(readers) - ended, "active reader")
    screen.print(Text(f"{active}, {ended} unsubscribed.", "bold"))


def _describe_state(reader: Reader) -> list[str]:
    subscriber = reader.subscriber
    if subscriber.ended_at is not None:
        return [f"since {clock(subscriber.ended_at)}, by a link in a message"]
    lines = [f"{each.watch_key} is muted until {clock(each.until)}" for each in reader.mutes]
    if subscriber.last_cut_at is not None:
        lines.append(f"last message {clock(subscriber.last_cut_at)}")
    if reader.waiting:
        lines.append(f"{plural(reader.waiting, 'mention')} waiting")
    return lines


def readers_json(readers: Sequence[Reader]) -> dict[str, Any]:
    """Return the document of `readers --json`."""
    return {
        "readers": [
            {
                "recipient": reader.subscriber.recipient,
                "subscription": reader.subscriber.subscription_key,
                "ended_at": iso(reader.subscriber.ended_at),
                "last_told_at": iso(reader.subscriber.last_cut_at),
                "waiting": reader.waiting,
                "muted": [
                    {"watch": each.watch_key, "until": iso(each.until)} for each in reader.mutes
                ],
            }
            for reader in readers
        ]
    }


def dismissals(
    marked: Sequence[IrrelevantItem],
    items: Mapping[int, StoredItem],
    spans: Mapping[tuple[str, int], Sequence[Span]],
) -> tuple[Dismissal, ...]:
    """Combine marked items with the matched words; no words where the text has changed since.

    Args:
        spans: (watch key, item id) -> the spans of the mention.
    """
    found = []
    for each in marked:
        item, hits = items.get(each.item_id), spans.get((each.watch_key, each.item_id), ())
        found.append(Dismissal(marked=each, words=() if item is None else words_hit(item, hits)))
    return tuple(found)


def print_feedback(
    screen: Console, shown: Sequence[Dismissal], mentions: Mapping[str, int]
) -> None:
    """Print for each watch the marked items and the words that matched most of them."""
    if not shown:
        screen.print("No reader has marked anything as not relevant.")
        return
    ordered = sorted(shown, key=lambda each: each.marked.watch_key)
    for key, group in groupby(ordered, key=lambda each: each.marked.watch_key):
        some = list(group)
        items = len({each.marked.item_id for each in some})
        total = plural(mentions.get(key, 0), "mention")
        screen.print(Text.assemble((key, "cyan"), f": {items} of {total} not relevant"))
        for each in some:
            marked = each.marked
            print_indented(screen, Text(clean(marked.title), "bold"), 2)
            who = f"{clean(marked.recipient)}, {day(marked.given_at)}"
            print_indented(screen, Text(f"{who}: {clean(marked.url or '')}", "dim"), 4)
            if marked.reason:
                print_indented(screen, Text(f"because: {clean(marked.reason)}"), 4)
            if each.words:
                print_indented(screen, Text(f"found by {', '.join(each.words[:MAX_WORDS])}"), 4)
        often = Counter(word.casefold() for each in some for word in each.words)
        if often and len(some) > 1:
            words = ", ".join(f"{word} {n}" for word, n in often.most_common(MAX_WORDS))
            print_indented(screen, Text(f"Most often found by: {words}", "bold"), 2)


def feedback_json(shown: Sequence[Dismissal]) -> dict[str, Any]:
    """Return the document of `feedback --json`."""
    return {
        "feedback": [
            {
                "watch": each.marked.watch_key,
                "item_id": each.marked.item_id,
                "title": each.marked.title,
                "url": each.marked.url,
                "recipient": each.marked.recipient,
                "given_at": iso(each.marked.given_at),
                "reason": each.marked.reason,
                "words": list(each.words),
            }
            for each in shown
        ]
    }
