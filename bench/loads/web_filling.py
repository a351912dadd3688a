"""Fills an archive for `bench.web`: old items in bulk, and what was found lately as polls do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from alerts.search.index_filing import index_pending
from bench.loads import search_archive as made_archive
from storage.model import Article, Role
from storage.store import Store, open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.support.builders import an_article

SEED = 20261128
FRESH = 200  # articles of the last two days that a watch finds
SUPPLIERS = 20
WORDS_A_TEXT = 400
AT_ONCE = 1_000
GROUP = "client"


def write_configuration(folder: Path, names: list[str], *, groups: bool = False) -> None:
    """Write a configuration with the outlets of the archive, and a watch for each name.

    With groups, the watches belong to one, and a hundredth of the outlets to another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    of_watch = f'group = "{GROUP}"\n' if groups else ""
    outlets = range(made_archive.OUTLETS)
    files = {
        "settings.toml": f"[service]\ndata = '{folder.parent / 'data'}'\nlisten = ''\n",
        "sources.toml": "\n".join(
            f'[[source]]\nkey = "outlet-{n}"\nkind = "feed"\nurl = "https://outlet-{n}.example/f"\n'
            + ('group = "another"\n' if groups and n % 100 == 0 else "")
            for n in outlets
        ),
        "suppliers.toml": "\n".join(
            f'[[supplier]]\nkey = "{name}"\nnames = ["{name.capitalize()}"]\n' for name in names
        ),
        "watches.toml": "\n".join(
            f"[[watch]]\nkey = \"{name}\"\nquery = '@{name}'\n{of_watch}" for name in names
        ),
        "subscriptions.toml": '[[subscription]]\nkey = "m"\nto = ["a@trust.example"]\n'
        'watches = ["*"]\ncadence = "daily at 07:30"\n' + of_watch,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def fill(folder: Path, count: int) -> tuple[Service, list[str]]:
    """Make a service over `count` items; return it with the names that its watches look for."""
    random = Random(SEED)
    words = made_archive.vocabulary(random)
    names = words[700 : 700 + SUPPLIERS]
    write_configuration(folder / "config", names)
    wired = load(folder / "config", {})
    (folder / "data").mkdir()
    url = wired.catalog.settings.service.database_url
    store = open_store(url)
    made_archive.fill(url, count, random, words)
    service = Service(wired, store, owner="bench")
    _put_fresh(store, random, words, names)
    service.match()
    while index_pending(store, limit=AT_ONCE):
        pass
    return service, names


def fresh_articles(random: Random, words: list[str], names: list[str]) -> Iterator[Article]:
    """Articles of the last two days, each about one or two of the suppliers."""
    now = datetime.now(UTC)
    for number in range(FRESH):
        about = random.sample(names, random.choice((1, 1, 2)))
        text = random.choices(words[:5_000], k=WORDS_A_TEXT)
        for name in about:
            text[random.randrange(20, WORDS_A_TEXT)] = name.capitalize()
        title = " ".join((about[0].capitalize(), *random.choices(words[:3_000], k=8)))
        body = "\n\n".join(" ".join(text[at : at + 18]) + "." for at in range(0, WORDS_A_TEXT, 18))
        outlet = f"outlet-{random.randrange(made_archive.OUTLETS)}"
        yield an_article(
            source_key=outlet,
            url=f"https://{outlet}.example/fresh/{number}",
            title=title,
            published_at=now - timedelta(minutes=14 * number),
            published_raw=None,
            summary="",
            body=body,
            fetched_at=now,
        )


def _put_fresh(store: Store, random: Random, words: list[str], names: list[str]) -> None:
    now = datetime.now(UTC)
    with store.transaction() as unit:
        for number, article in enumerate(fresh_articles(random, words, names)):
            seen = now - timedelta(minutes=14 * (FRESH - number))
            unit.items.put(article, now=seen, baseline=False)


def name_groups(service: Service, names: list[str]) -> None:
    """Put the configuration with groups in force."""
    folder = service.catalog.folder
    write_configuration(folder, names, groups=True)
    service.put_in_force(load(folder, {}))


def sign_in(service: Service, name: str) -> str:
    """Add a user, of the group where there is one; return the cookie of a session."""
    now = datetime.now(UTC)
    with service.store.transaction() as unit:
        user = unit.users.add(name, Role.EDITOR, now)
        assert user is not None
        if GROUP in unit.groups.list():
            unit.groups.set_groups(user.user_id, [GROUP])
        return unit.users.open_session(user.user_id, now)


def rows_of(store: Store) -> Iterator[dict[str, Any]]:
    """Yield title, text and time of every item, the oldest first, for a peer to take."""
    with store.reading() as unit:
        last = unit.items.newest(limit=1)[0].item_id
        for first in range(1, last + 1, AT_ONCE):
            for item in unit.items.get_many(list(range(first, min(first + AT_ONCE, last + 1)))):
                yield {
                    "id": str(item.item_id),
                    "title": item.title,
                    "link": item.url,
                    "published": item.published_at,
                    "text": item.body,
                }
