"""Texts on what was read for a message, and what was not. Pure."""

from __future__ import annotations

from alerts.digest.digest import Digest, MutedWatchNote
from alerts.messages.formats import clock, counted, listed
from alerts.text.sanitize import line, shorten
from storage.crawling.coverage import Coverage

MAX_BLIND = 12  # sources by name


def period_text(digest: Digest) -> str:
    """Format the period that the message covers."""
    occasion = digest.occasion
    until = clock(occasion.now, occasion.timezone, occasion.now)
    if occasion.since is None:
        return f"until {until}"
    return f"{clock(occasion.since, occasion.timezone, occasion.now)} to {until}"


def sources_read(coverage: Coverage) -> str:
    """Format `42 of 44 sources read`."""
    return f"{coverage.sources_answered} of {counted(coverage.sources_total, 'source')} read"


def coverage_lines(digest: Digest) -> tuple[str, ...]:
    """Describe what was read, and what found nothing; empty without coverage."""
    cover = digest.coverage
    if cover is None:
        return ()
    lines = [
        f"{cover.sources_answered} of {counted(cover.sources_total, 'source')} answered; "
        f"{counted(cover.items_read, 'item')} read, {period_text(digest)}."
    ]
    if cover.without_news:
        names = listed([digest.names.source(key) for key in cover.without_news], MAX_BLIND)
        lines.append(f"Answering, but with nothing new for longer than ever before: {names}.")
    if cover.thin:
        names = listed([digest.names.source(key) for key in cover.thin], MAX_BLIND)
        lines.append(f"Only headlines and teasers can be read of {names}.")
    lines += [_muted_line(muted, digest) for muted in digest.muted_watches]
    silent = silent_watches(digest)
    if silent:
        lines.append(f"Nothing new for {listed(silent, 12)}.")
    return tuple(lines)


def _muted_line(muted: MutedWatchNote, digest: Digest) -> str:
    until = clock(muted.until, digest.occasion.timezone, digest.occasion.now)
    left_out = f"; {counted(muted.mentions, 'mention')} left out" if muted.mentions else ""
    return f"{shorten(line(muted.watch.label), 60)} is muted until {until}{left_out}."


def blind_lines(digest: Digest) -> tuple[str, ...]:
    """List the sources that could not be read: name, since when, cause."""
    occasion, blind = digest.occasion, digest.coverage.blind if digest.coverage else ()
    lines = []
    for source in blind[:MAX_BLIND]:
        name = digest.names.source(source.key)
        at = ", never answered"
        if source.since is not None:
            at = f" since {clock(source.since, occasion.timezone, occasion.now)}"
        why = f": {line(source.cause, 120)}" if source.cause else ""
        lines.append(f"{name}{at}{why}")
    if len(blind) > MAX_BLIND:
        lines.append(f"and {len(blind) - MAX_BLIND} more")
    return tuple(lines)


def silent_watches(digest: Digest) -> tuple[str, ...]:
    """Return the labels of the watches that found nothing new, without muted ones."""
    muted = {each.watch.key for each in digest.muted_watches}
    reported = {label for entry in (*digest.entries, *digest.changes) for label in entry.watches}
    reported.update(each.watch.label for each in digest.asides)
    return tuple(
        watch.label
        for watch in digest.watches
        if watch.label not in reported and watch.key not in muted
    )
