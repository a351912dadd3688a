"""Subscribes to the hubs that feeds declare, and polls sources that a hub announces (WebSub).

A hub's announcement only makes the source due: its content is not read, so that each entry comes
from the publisher's own feed, by the same rules as ever. Polling goes on as the net below it.
Source: https://www.w3.org/TR/websub/
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode

from alerts.channels.http import Client, HttpTimeouts, NoAnswer, NotSent, Request
from config.values.addresses import Guard
from storage.crawling.hub_subscriptions import MAX_LEASE
from storage.model import HubState, HubSubscription
from supplierwatch.service.service import Service
from supplierwatch.web.hubs import PATH

log = logging.getLogger(__name__)

REQUESTS = 10  # in one round
LEASE = timedelta(days=10)  # that hubs are asked for
MIN_LEASE = timedelta(minutes=5)
TIMEOUTS = HttpTimeouts(connect=10, part=10, all=20)
# sha1 is what older hubs sign by; as HMAC it is not broken
METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})


class HubSubscriber:
    """Requests subscriptions that are due, and makes sources due that a hub has announced."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def run(self) -> int:
        """Do what is due; return how many sources are to be polled."""
        service, now = self._service, self._service.clock()
        settings = service.catalog.settings
        if settings.service.public_url is None or not settings.crawl.websub:
            return 0
        with service.store.reading() as unit:
            if not unit.hubs.has_due(now):
                return 0
        with service.store.transaction() as unit:
            announced = unit.hubs.poll_announced(now)
            due = unit.hubs.claim_due(now, limit=REQUESTS)
        client = Client(Guard(allowed=settings.crawl.allowed_hosts), timeouts=TIMEOUTS)
        for subscription in due:
            if service.ending.is_set():
                break
            self._request(client, subscription, settings.service.public_url)
        return len(announced)

    def count_by_state(self) -> Mapping[str, int]:
        """Return how many subscriptions there are in each state, for /health."""
        with self._service.store.reading() as unit:
            return unit.hubs.count_by_state()

    def _request(self, client: Client, subscription: HubSubscription, public_url: str) -> None:
        form = {
            "hub.callback": f"{public_url}{PATH}{subscription.token}",
            "hub.mode": "subscribe",
            "hub.topic": subscription.hub.topic,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
            "hub.secret": subscription.secret,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": self._service.catalog.settings.crawl.user_agent,
        }
        request = Request(
            method="POST",
            url=subscription.hub.url,
            headers=headers,
            body=urlencode(form).encode(),
        )
        try:
            answer = client.send(request)
            error = "" if 200 <= answer.status < 300 else f"it answered {answer.status}"
        except (NotSent, NoAnswer) as failure:
            error = str(failure)
        if not error:
            log.info("websub.requested source=%s", subscription.source_key)
            return
        log.warning("websub.failed source=%s cause=%s", subscription.source_key, error[:200])
        with self._service.store.transaction() as unit:
            unit.hubs.record_failure(subscription.source_key, error, self._service.clock())


class HubCallbacks:
    """Answers hubs: verifies what was requested, and takes announcements.

    Args:
        service: with the store.
        wake: called after an announcement.
    """

    def __init__(self, service: Service, wake: Callable[[], None]) -> None:
        self._service = service
        self._wake = wake

    def verify(self, token: str, values: Mapping[str, str]) -> str | None:
        """Return the challenge that confirms a subscription; None where it was not asked for.

        A hub that denies a subscription gets an empty text.
        """
        service, now = self._service, self._service.clock()
        with service.store.transaction() as unit:
            found = unit.hubs.find(token)
            if found is None or values.get("hub.topic") != found.hub.topic:
                return None
            mode = values.get("hub.mode")
            if mode == "denied":
                unit.hubs.refuse(found.source_key, values.get("hub.reason", "denied"), now)
                log.warning("websub.denied source=%s", found.source_key)
                return ""
            challenge = values.get("hub.challenge")
            asked = found.state in (HubState.REQUESTED, HubState.ACTIVE)
            if mode != "subscribe" or not challenge or not asked:
                return None
            unit.hubs.activate(found.source_key, _read_lease(values), now)
        log.info("websub.active source=%s", found.source_key)
        return challenge

    def announce(self, token: str, body: bytes, signature: str) -> bool:
        """Take an announcement; return whether there is such a subscription.

        One that is not signed by its secret changes nothing (section 8 of the specification).
        """
        service = self._service
        with service.store.reading() as unit:
            found = unit.hubs.find(token)
        if found is None:
            return False
        if not is_signed(found.secret, body, signature):
            log.warning("websub.not-signed source=%s", found.source_key)
            return True
        with service.store.transaction() as unit:
            unit.hubs.note_news(found.source_key, service.clock())
        self._wake()
        return True


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Return whether `X-Hub-Signature` is that of a body: `sha256=` and the HMAC in hexadecimal."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in METHODS or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(expected, given.lower())


def _read_lease(values: Mapping[str, str]) -> timedelta:
    text = values.get("hub.lease_seconds", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        return LEASE
    return max(MIN_LEASE, min(timedelta(seconds=int(text)), MAX_LEASE))
