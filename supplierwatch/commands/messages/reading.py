"""`readers`, `feedback`, `feeds`: subscribers, their feedback, and Atom feeds of watches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from supplierwatch.formatting.console import console, note, print_indented, print_json
from supplierwatch.shell.failures import unknown_key_error
from supplierwatch.shell.options import Json, Watch
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

PANEL = "Messages"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "readers",
        readers,
        panel=PANEL,
        examples=(("readers", "who gets what, who has unsubscribed or muted a watch"),),
    )
    add(
        app,
        "feedback",
        feedback,
        panel=PANEL,
        examples=(
            ("feedback", "what readers marked as not relevant, and the words that matched"),
            ("feedback --watch palantir-nhs", "the same for one watch"),
        ),
    )
    add(
        app,
        "feeds",
        feeds,
        panel=PANEL,
        examples=(("feeds", "the address of each watch's Atom feed"),),
    )


def readers(ctx: typer.Context, json: Json = False) -> None:
    """List who gets what, who unsubscribed or muted a watch.

    Readers do both by the links in their messages, where settings.toml has a public_url.
    """
    from supplierwatch.views import readers as view

    wired, now = session(ctx).wired(), datetime.now(UTC)
    with archive(wired) as store, store.reading() as unit:
        people = sorted(
            (*unit.subscribers.all(), *unit.subscribers.ended()),
            key=lambda one: (one.recipient, one.subscription_key),
        )
        mutes, waiting = unit.reader_requests.muted(now), unit.tellings.count_pending()
    subscribers = view.readers_of(people, mutes, waiting)
    if json:
        print_json(view.readers_json(subscribers))
    else:
        view.print_readers(console(), subscribers, now)


def feeds(ctx: typer.Context, json: Json = False) -> None:
    """List the Atom feed of each watch, for feed readers.

    An address cannot be guessed; whoever has it can read that feed and nothing else. Addresses need
    a public_url under [service] in settings.toml, files need feeds = true there.
    """
    from alerts.digest.reader_links import feed_path

    wired = session(ctx).wired()
    settings = wired.catalog.settings.service
    with archive(wired) as store, store.reading() as unit:
        key = unit.reader_requests.link_key()
    home = None if key is None else settings.public_url
    found = []
    for watch in wired.catalog.watches:
        file = settings.data / "feeds" / f"{watch.key}.atom"
        found.append(
            {
                "watch": watch.key,
                "url": None if home is None or key is None else home + feed_path(watch.key, key),
                "file": str(file) if settings.feeds else None,
            }
        )
    if json:
        print_json({"feeds": found})
        return
    if home is None and not settings.feeds:
        note("Set a public_url under [service] in settings.toml, or feeds = true there.")
    for one in found:
        places = [place for place in (one["url"], one["file"]) if place]
        shown = places or ["no address, no file"]
        console().print(Text.assemble((str(one["watch"]), "cyan"), "  ", shown[0]), soft_wrap=True)
        for place in shown[1:]:
            print_indented(console(), Text(place, "dim"), 4)


def feedback(
    ctx: typer.Context,
    watch: Watch = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="At most so many.")
    ] = 100,
    json: Json = False,
) -> None:
    """Show what readers marked as not relevant, by watch.

    Each with the words that the watch matched, and for the watch as a whole the words that matched
    most often: those are the ones to make narrower. `watches try` shows what a changed query
    would find.
    """
    from supplierwatch.views import readers as view

    wired = session(ctx).wired()
    if watch is not None and watch not in wired.queries:
        raise unknown_key_error("watch", watch, list(wired.queries), "supplierwatch watches")
    with archive(wired) as store, store.reading() as unit:
        marked = unit.reader_requests.irrelevant(watch, limit)
        items = {item.item_id: item for item in unit.items.get_many([m.item_id for m in marked])}
        spans = {
            (found.match.watch_key, item_id): found.match.spans
            for item_id in items
            for found in unit.mentions.of_item(item_id)
            if found.match.revision == items[item_id].revision
        }
        counts = {key: unit.mentions.count(key) for key in {each.watch_key for each in marked}}
    shown = view.dismissals(marked, items, spans)
    if json:
        print_json(view.feedback_json(shown))
    else:
        view.print_feedback(console(), shown, counts)
