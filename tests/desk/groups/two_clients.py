"""A desk of an agency with two clients, Northgate and Eastmoor, who share the general press."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from storage.model import MarkKind, Role, Scope
from storage.rules.groups import scope_of_group
from supplierwatch.wiring import load
from tests.desk.browser import HASH, RunningDesk, running_desk
from tests.supplierwatch.instance import an_article

# words that stand in what is Eastmoor's alone: no page of Northgate may have one of them
SECRETS = re.compile("eastmoor|heronsgate|corvid|tadpole", re.IGNORECASE)

SOURCES = """
[[source]]
key = "ward-ledger"
kind = "feed"
url = "https://ward-ledger.example/feed"
name = "The Ward Ledger"

[[source]]
key = "heronsgate-pages"
kind = "feed"
url = "https://heronsgate.example/feed"
name = "Heronsgate Pages"
group = "eastmoor"
"""
SUPPLIERS = """
[[supplier]]
key = "halcyon"
names = ["Halcyon Health", "Halcyon"]

[[supplier]]
key = "corvid"
names = ["Corvid Data"]
group = "eastmoor"
"""
WATCHES = """
[[watch]]
key = "halcyon-north"
query = "@halcyon"
group = "northgate"

[[watch]]
key = "eastmoor-all"
query = "@halcyon OR @corvid"
group = "eastmoor"

[[watch]]
key = "house"
query = "halcyon"
"""
SUBSCRIPTIONS = """
[[subscription]]
key = "north-daily"
to = ["anna@northgate.example"]
watches = ["*"]
cadence = "daily at 07:30"
group = "northgate"

[[subscription]]
key = "eastmoor-daily"
to = ["ben@eastmoor.example"]
watches = ["*"]
cadence = "daily at 07:30"
group = "eastmoor"
"""
PRESS, OWN, BOTH = 1, 2, 3  # items: of the press, of Eastmoor's own source, of both
MEMBERS = {
    "anna": (Role.EDITOR, ("northgate",)),
    "nora": (Role.READER, ("northgate",)),
    "ben": (Role.EDITOR, ("eastmoor",)),
    "ruth": (Role.EDITOR, ("northgate", "eastmoor")),
    "hugh": (Role.EDITOR, ()),
    "olive": (Role.OPERATOR, ()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoClients:
    """The desk, and the numbers of what Ben of Eastmoor made there."""

    desk: RunningDesk
    briefing: int
    note: int
    mute: int
    token: int

    def secret_of(self, name: str, group: str | None = None) -> str:
        """A new token of a user, in a group."""
        with self.desk.service.store.transaction() as unit:
            user = unit.users.find_by_name(name)
            assert user is not None
            made = unit.tokens.make(
                user.user_id,
                "test",
                tuple(Scope),
                self.desk.clock(),
                valid_for=timedelta(days=1),
                group=group,
            )
        assert made is not None
        return made


@contextmanager
def two_clients(folder: Path) -> Iterator[TwoClients]:
    """The desk with its members, three items, and what Ben said of the one of the press."""
    with running_desk(folder) as desk:
        configure(desk)
        _add_items(desk)
        with desk.service.store.transaction() as unit:
            for name, (role, groups) in MEMBERS.items():
                user = unit.users.add(name, role, desk.clock())
                assert user is not None
                unit.users.set_password(user.user_id, HASH)
                unit.groups.set_groups(user.user_id, groups)
        yield _say_something(desk)


def configure(desk: RunningDesk, **changed: str) -> None:
    """Put the configuration of both clients in force, with some files changed."""
    files = {
        "sources": SOURCES,
        "suppliers": SUPPLIERS,
        "watches": WATCHES,
        "subscriptions": SUBSCRIPTIONS,
    }
    for name, text in (files | changed).items():
        desk.instance.write(f"{name}.toml", text)
    desk.service.put_in_force(load(desk.instance.config, {}))


def _add_items(desk: RunningDesk) -> None:
    articles = [
        an_article("a1"),
        an_article(
            "a2",
            source_key="heronsgate-pages",
            url="https://heronsgate.example/a2",
            title="Tadpole: Halcyon on the intranet",
            body="Tadpole is the code word of Halcyon Health at Corvid Data in Heronsgate.",
        ),
        an_article("a3", title="Halcyon opens an office", body="Halcyon opens an office in June."),
        an_article(
            "a3",
            source_key="heronsgate-pages",
            title="Halcyon opens an office",
            body="Halcyon opens an office in June.",
        ),
    ]
    with desk.service.store.transaction() as unit:
        for article in articles:
            unit.items.put(article, now=desk.clock(), baseline=False)
    desk.service.match()


def _say_something(desk: RunningDesk) -> TwoClients:
    service, now = desk.service, desk.clock()
    with service.store.within(scope_of_group("eastmoor")).transaction() as unit:
        ben = unit.users.find_by_name("ben")
        assert ben is not None
        user = ben.user_id
        for kind, text in ((MarkKind.NOTE, "tadpole note"), (MarkKind.TAG, "tadpole tag")):
            assert unit.marks.add(PRESS, kind, user, now, text=text)
        assert unit.marks.add(PRESS, MarkKind.ASSIGNMENT, user, now, assignee_id=user)
        note = unit.marks.of_stories([PRESS])[PRESS][0].mark_id
        mute = unit.desk_mutes.add(
            "watch", user, now, until=now + timedelta(days=7), watch_key="eastmoor-all"
        )
        briefing = unit.briefings.make(user, "Tadpole briefing", now)
        assert briefing is not None
        assert mute is not None
        unit.briefings.add(briefing, [OWN], now)
        unit.tokens.make(user, "tadpole", [Scope.READ], now, valid_for=timedelta(days=1))
        [token] = unit.tokens.of_user(user)
    return TwoClients(desk=desk, briefing=briefing, note=note, mute=mute, token=token.token_id)
