"""WebSub: feeds that name a hub are subscribed to, and polled when it announces something."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.model import Hub
from storage.store import Store
from supplierwatch.service.hubs import is_signed
from tests.support.crawls import a_source
from tests.support.servers.hub import LoopbackHub, ask, loopback_hub
from tests.support.servers.ports import a_free_port
from tests.support.services import Installation, an_installation, eventually, own_words, publish
from tests.support.site import FakeSite

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HUB = Hub(url="https://hub.example/", topic="https://outlet.example/feed")


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with loopback_hub() as made:
        yield made


@pytest.fixture
def site(hub: LoopbackHub) -> Iterator[FakeSite]:
    with FakeSite() as made:
        declare(made, hub, 1)
        yield made


@pytest.fixture
def place(tmp_path: Path, site: FakeSite) -> Installation:
    made = an_installation(tmp_path, site)
    address = f"127.0.0.1:{a_free_port()}"
    made.settings(service=f'listen = "{address}"\npublic_url = "http://{address}"\n')
    return made


def declare(site: FakeSite, hub: LoopbackHub, count: int) -> None:
    """Publish a feed with stories that names the hub."""
    atom = 'xmlns:atom="http://www.w3.org/2005/Atom"'
    links = f'<atom:link {atom} rel="hub" href="{hub.url}"/>'
    links += f'<atom:link {atom} rel="self" href="{site.url("/feed.xml")}"/>'
    publish(site, count, text=own_words, extra=links)


def states(place: Installation) -> dict[str, int]:
    with place.reading() as unit:
        return dict(unit.hubs.count_by_state())


def polls(site: FakeSite) -> int:
    return len(site.requests("/feed.xml"))


def test_a_hub_has_a_source_polled_at_once_and_only_when_it_signs(
    place: Installation, site: FakeSite, hub: LoopbackHub
) -> None:
    with place.running() as service:
        assert eventually(lambda: hub.verified != []), service.log
        assert hub.verified == [(200, "three grey herons")]
        assert hub.asked[0]["hub.topic"] == site.url("/feed.xml")
        assert eventually(lambda: states(place) == {"active": 1})
        place.sql("UPDATE source SET last_polled_at = '2026-01-01 00:00:00.000000'")
        before = polls(site)
        declare(site, hub, 2)

        assert hub.announce(b"<rss/>", secret="of somebody else")[0] == 202
        assert hub.announce(b"<rss/>", method="md5")[0] == 202
        assert ask(f"{hub.asked[0]['hub.callback']}x", b"<rss/>")[0] == 410
        assert hub.announce(b"<rss/>", method="sha1")[0] == 202
        assert eventually(lambda: site.requests("/Halcyon-1") != []), service.log
        assert polls(site) == before + 1, "what was not signed had nothing polled"
        assert service.log.count("websub.not-signed") == 2
        assert service.ends_within(15)


def test_a_hub_confirms_only_what_was_asked_for(
    place: Installation, site: FakeSite, hub: LoopbackHub
) -> None:
    hub.verifies = False
    with place.running() as service:
        assert eventually(lambda: hub.asked != []), service.log
        [form] = hub.asked
        assert hub.verify(form, hub_topic="https://elsewhere.example/feed")[0] == 404
        assert hub.verify(form, hub_mode="unsubscribe")[0] == 404
        assert hub.verify(form | {"hub.callback": form["hub.callback"] + "x"})[0] == 404
        assert states(place) == {"requested": 1}
        assert hub.verify(form, hub_mode="denied", hub_reason="no room") == (200, "")
        assert states(place) == {"refused": 1}
        assert hub.verify(form)[0] == 404, "what was denied is not in force by a later request"
        assert service.ends_within(15)


def test_nothing_is_asked_for_without_a_public_address(
    tmp_path: Path, site: FakeSite, hub: LoopbackHub
) -> None:
    place = an_installation(tmp_path, site)
    with place.running() as service:
        assert eventually(lambda: site.requests("/Halcyon-0") != []), service.log
        assert eventually(lambda: states(place) == {"new": 1})
        assert service.ends_within(15)
    assert hub.asked == []


def test_a_request_that_fails_is_made_again_later_and_later(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("outlet", HUB.topic)], NOW)
        unit.hubs.declare("outlet", HUB, NOW)
        unit.hubs.declare("outlet", HUB, NOW)
    now, waits = NOW, []
    for _ in range(7):
        with store.transaction() as unit:
            [found] = unit.hubs.claim_due(now, limit=5)
            assert unit.hubs.claim_due(now, limit=5) == (), "it is claimed once"
            unit.hubs.record_failure("outlet", "it answered 500", now)
            assert not unit.hubs.has_due(now)
            due = unit.hubs.find(found.token)
            assert due is not None
        waits.append(due.next_at - now)
        now = due.next_at
    hours = [wait.total_seconds() / 3600 for wait in waits]
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_a_lease_is_renewed_before_it_ends_and_stays_in_force_meanwhile(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("outlet", HUB.topic)], NOW)
        unit.hubs.declare("outlet", HUB, NOW)
        unit.hubs.claim_due(NOW, limit=5)
        unit.hubs.activate("outlet", timedelta(days=10), NOW)
        assert not unit.hubs.has_due(NOW + timedelta(days=8.9))
        [renewed] = unit.hubs.claim_due(NOW + timedelta(days=9), limit=5)
        assert unit.hubs.count_by_state() == {"active": 1}
        unit.hubs.activate("outlet", timedelta(days=10), NOW + timedelta(days=9))
        found = unit.hubs.find(renewed.token)
    assert found is not None
    assert found.lease_until == NOW + timedelta(days=19)


def test_another_hub_is_another_subscription_and_none_ends_it(store: Store) -> None:
    with store.transaction() as unit:
        unit.hubs.declare("outlet", HUB, NOW)
        [first] = unit.hubs.claim_due(NOW, limit=5)
        unit.hubs.declare("outlet", Hub(url="https://other.example/", topic=HUB.topic), NOW)
        [second] = unit.hubs.claim_due(NOW, limit=5)
        assert unit.hubs.find(first.token) is None
        assert {first.token, first.secret}.isdisjoint({second.token, second.secret})
        unit.hubs.declare("outlet", None, NOW)
        assert unit.hubs.find(second.token) is None


def test_an_announcement_during_a_poll_or_right_after_it_waits(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("outlet", HUB.topic)], NOW)
        unit.hubs.declare("outlet", HUB, NOW)
        [claimed] = unit.sources.claim_due(NOW, limit=5, owner="x", lease=timedelta(minutes=5))
        assert claimed.key == "outlet"
        unit.hubs.note_news("outlet", NOW)
        assert unit.hubs.poll_announced(NOW) == (), "its poll may have begun before"
        unit.sources.release("x", now=NOW, error=None)
        assert unit.hubs.poll_announced(NOW) == ("outlet",)
        assert unit.hubs.poll_announced(NOW) == (), "once for each announcement"


def test_the_subscription_of_a_source_that_was_removed_is_deleted(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("outlet", HUB.topic)], NOW)
        unit.hubs.declare("outlet", HUB, NOW)
        unit.sources.declare([], NOW)
        assert unit.hubs.claim_due(NOW, limit=5) == ()
        assert unit.hubs.count_by_state() == {}


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512", "SHA256"])
def test_signatures_of_the_specification_are_checked(method: str) -> None:
    made = hmac.new(b"secret", b"news", getattr(hashlib, method.lower())).hexdigest()
    assert is_signed("secret", b"news", f"{method}={made}")
    assert is_signed("secret", b"news", f"{method}={made.upper()}")
    assert not is_signed("secret", b"newz", f"{method}={made}")
    assert not is_signed("Secret", b"news", f"{method}={made}")
    assert not is_signed("secret", b"news", f"{method}={made[:-1]}")


@pytest.mark.parametrize("given", ["", "=", "sha256=", "sha256", "md5=00", "__class__=x", "sha1=é"])
def test_what_is_no_signature_is_refused(given: str) -> None:
    assert not is_signed("secret", b"news", given)
