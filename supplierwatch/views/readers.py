"""Who is told what, and what readers called not relevant."""

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

MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One recipient of one subscription: what it muted, and how many mentions wait for it."""

    subscriber: Subscriber
    mutes: tuple[MutedWatch, ...]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """What a reader called not relevant, and the words by which the watch had found it."""

    said: IrrelevantItem
    words: tuple[str, ...]


def readers_of(
    people: Sequence[Subscriber], mutes: Sequence[MutedWatch], waiting: Mapping[int, int]
) -> tuple[Reader, ...]:
    """Put together what is known of each."""
    return tuple(
        Reader(
            subscriber=one,
            mutes=tuple(each for each in mutes if each.subscriber_id == one.subscriber_id),
            waiting=waiting.get(one.subscriber_id, 0),
        )
        for one in people
    )


def print_readers(screen: Console, readers: Sequence[Reader], now: datetime) -> None:
    """A line for each, and what it asked for below."""
    for reader in readers:
        one = reader.subscriber
        state = ("told", "green") if one.ended_at is None else ("unsubscribed", "yellow")
        screen.print(
            Text.assemble(
                (clean(one.recipient), "cyan"), "  ", one.subscription_key, "  ", state, ""
            ),
            soft_wrap=True,
        )
        for said in _details(reader):
            print_indented(screen, Text(said, "dim"), 4)
    if not readers:
        screen.print("Nobody is told anything yet: the next `crawl`, or a `run`, begins it.")
        return
    ended = sum(1 for each in readers if each.subscriber.ended_at is not None)
    screen.print(Text(f"{plural(len(readers) - ended, 'reader')} told, {ended} ended.", "bold"))


def _details(reader: Reader) -> list[str]:
    one = reader.subscriber
    if one.ended_at is not None:
        return [f"since {clock(one.ended_at)}, by a link in a message"]
    lines = [f"{each.watch_key} is muted until {clock(each.until)}" for each in reader.mutes]
    if one.last_cut_at is not None:
        lines.append(f"last told {clock(one.last_cut_at)}")
    if reader.waiting:
        lines.append(f"{plural(reader.waiting, 'mention')} waiting")
    return lines


def readers_json(readers: Sequence[Reader]) -> dict[str, Any]:
    """The same for scripts."""
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
    said: Sequence[IrrelevantItem],
    items: Mapping[int, StoredItem],
    spans: Mapping[tuple[str, int], Sequence[Span]],
) -> tuple[Dismissal, ...]:
    """Each with its words; none where the text has changed since it was matched."""
    found = []
    for one in said:
        item, hits = items.get(one.item_id), spans.get((one.watch_key, one.item_id), ())
        found.append(Dismissal(said=one, words=() if item is None else words_hit(item, hits)))
    return tuple(found)


def print_feedback(
    screen: Console, shown: Sequence[Dismissal], mentions: Mapping[str, int]
) -> None:
    """Watch by watch: the items, and the words that found most of them."""
    if not shown:
        screen.print("No reader has called anything not relevant.")
        return
    ordered = sorted(shown, key=lambda each: each.said.watch_key)
    for key, group in groupby(ordered, key=lambda each: each.said.watch_key):
        some = list(group)
        items = len({each.said.item_id for each in some})
        total = plural(mentions.get(key, 0), "mention")
        screen.print(Text.assemble((key, "cyan"), f": {items} of {total} not relevant"))
        for each in some:
            said = each.said
            print_indented(screen, Text(clean(said.title), "bold"), 2)
            who = f"{clean(said.recipient)}, {day(said.given_at)}"
            print_indented(screen, Text(f"{who}: {clean(said.url or '')}", "dim"), 4)
            if each.words:
                print_indented(screen, Text(f"found by {', '.join(each.words[:MOST_WORDS])}"), 4)
        often = Counter(word.casefold() for each in some for word in each.words)
        if often and len(some) > 1:
            words = ", ".join(f"{word} {n}" for word, n in often.most_common(MOST_WORDS))
            print_indented(screen, Text(f"Most often found by: {words}", "bold"), 2)


def feedback_json(shown: Sequence[Dismissal]) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "feedback": [
            {
                "watch": each.said.watch_key,
                "item_id": each.said.item_id,
                "title": each.said.title,
                "url": each.said.url,
                "recipient": each.said.recipient,
                "given_at": iso(each.said.given_at),
                "words": list(each.words),
            }
            for each in shown
        ]
    }
