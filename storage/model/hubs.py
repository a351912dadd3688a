"""Hubs that announce new entries of feeds (WebSub)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """What a feed declares: the address of its hub, and the topic to subscribe to there."""

    url: str
    topic: str


class HubState(StrEnum):
    """The state of a subscription at a hub.

    ::

        NEW --request--> REQUESTED --the hub verifies--> ACTIVE --before the lease ends--> REQUESTED
                             |                              |
                             +------ the hub denies --------+--> REFUSED --a day later--> REQUESTED
    """

    NEW = "new"
    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """A subscription at a hub. `token` is the secret part of the callback's address."""

    source_key: str
    hub: Hub
    token: str
    secret: str
    state: HubState
    next_at: datetime
    lease_until: datetime | None
    failures: int
    last_error: str | None
