"""Messages, feeds and assistants of a group, by the service itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from storage.mentions.mention_pages import MentionRange
from storage.rules.groups import scope_of_group
from supplierwatch.commands.archive.assistants import build_server
from supplierwatch.desk.api.live_updates import NewestMention
from supplierwatch.exports.atom import FeedAddresses
from supplierwatch.group_configuration import restrict_configuration
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.service.watch_feeds import WatchFeeds
from tests.desk.browser import REPORT
from tests.desk.groups.two_clients import (
    OWN,
    PRESS,
    SECRETS,
    SUBSCRIPTIONS,
    TwoClients,
    configure,
    two_clients,
)
from tests.supplierwatch.instance import an_article


@pytest.fixture
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    with two_clients(tmp_path_factory.mktemp("agency")) as made:
        yield made


def sent(clients: TwoClients) -> dict[str, list[str]]:
    """The texts of the digests that are written now, by recipient."""
    service = clients.desk.service
    with service.store.reading() as unit:
        ids = [each.subscriber_id for each in unit.subscribers.all()]
    service.telling.run(force=ids)
    texts: dict[str, list[str]] = {}
    with service.store.reading() as unit:
        for message in unit.outbox.list(limit=99):
            if message.notification.kind != "digest":
                continue
            stored = unit.outbox.get(message.row_id)
            assert stored is not None
            mail = message_from_bytes(stored.notification.raw, policy=policy.default)
            plain = mail.get_body(("plain",))
            assert plain is not None
            texts.setdefault(message.notification.recipient, []).append(str(plain.get_content()))
    return texts


def test_each_client_is_told_of_what_is_theirs(clients: TwoClients) -> None:
    texts = sent(clients)
    [north], [east] = texts["anna@northgate.example"], texts["ben@eastmoor.example"]
    assert "Millbrook pauses" in north
    assert not SECRETS.findall(north)
    assert "Tadpole" in east
    assert "Millbrook pauses" in east


def test_who_reads_for_two_clients_has_two_messages(clients: TwoClients) -> None:
    both = SUBSCRIPTIONS.replace("anna@northgate.example", "ruth@agency.example").replace(
        "ben@eastmoor.example", "ruth@agency.example"
    )
    configure(clients.desk, subscriptions=both)
    new = an_article("b1", title="Halcyon at last", body="Halcyon Health was at last paid.")
    with clients.desk.service.store.transaction() as unit:
        unit.items.put(new, now=clients.desk.clock(), baseline=False)
    clients.desk.service.match()
    texts = sent(clients)["ruth@agency.example"]
    assert len(texts) == 2
    assert sum(bool(SECRETS.search(text)) for text in texts) == 1


def test_the_feed_of_a_watch_names_no_source_of_another_group(clients: TwoClients) -> None:
    service = clients.desk.service
    scope, context = service.in_force.find_group("halcyon-north")
    assert scope == scope_of_group("northgate")
    assert set(context.queries) == {"halcyon-north"}
    north = WatchFeeds(service)._render("halcyon-north", FeedAddresses()).decode()
    east = WatchFeeds(service)._render("eastmoor-all", FeedAddresses()).decode()
    assert "Halcyon opens an office" in north
    assert not SECRETS.findall(north)
    assert "Heronsgate Pages" in east


def test_an_assistant_of_a_group_finds_what_is_theirs(clients: TwoClients) -> None:
    service, scope = clients.desk.service, scope_of_group("northgate")
    wired = restrict_configuration(service.in_force.wired, scope)
    assert set(wired.queries) == {"halcyon-north"}
    build_server(service.store.within(scope), wired, clients.desk.clock)
    with service.store.within(scope).reading() as unit:
        assert unit.items.get(OWN) is None
        assert unit.items.get(PRESS) is not None


def test_an_open_page_is_told_of_mentions_of_its_group_alone(clients: TwoClients) -> None:
    source = ServiceSource(clients.desk.service, lambda: REPORT, {})
    newest = {}
    for group in ("northgate", "eastmoor", "default"):
        scope = scope_of_group(group)
        with clients.desk.service.store.within(scope).reading() as unit:
            found = unit.mention_pages.list(MentionRange(), limit=99)
        newest[group] = max(mention.mention_id for mention, _ in found)
        assert asyncio.run(NewestMention(source.within(scope)).read()) == newest[group]
    assert len(set(newest.values())) == 3
