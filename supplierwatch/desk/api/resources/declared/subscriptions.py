"""The subscriptions: recipients, watches, next times, and how many messages to expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.model import Subscription
from storage.model import Role, Subscriber
from storage.store import Unit
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    MOMENT,
    TEXT,
    extended,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.desk.subscription_outlook import TIMES, look_ahead, next_times
from supplierwatch.formatting.times import iso
from supplierwatch.wiring import watches_of

KEY = path_key("Key of the subscription.", example="morning")
SUBSCRIPTION = record(
    key=TEXT,
    cadence=TEXT,
    timezone=TEXT,
    watches=many(TEXT),
    readers=COUNT,
    next_at=many(MOMENT, most=TIMES),
)
READER = record(
    recipient=TEXT,
    state=one_of("new", "told", "unsubscribed"),
    since=perhaps(MOMENT),
    last_told_at=perhaps(MOMENT),
    waiting=COUNT,
    muted=many(record(watch=TEXT, until=MOMENT)),
)


def subscriptions(request: ApiRequest) -> Answer:
    """List the subscriptions."""
    declared = request.source.wired.catalog.subscriptions
    return Answer(document={"subscriptions": [_subscription_json(request, s) for s in declared]})


def subscription(request: ApiRequest) -> Answer:
    """Return one subscription with its readers."""
    found = request.source.context.subscriptions.get(request.values["key"])
    if found is None:
        raise ApiProblem(404, "There is no subscription of this name in the configuration.")
    with request.source.store.reading() as unit:
        outlook = look_ahead(unit, request.source.wired, found, request.now)
        readers = _list_readers(unit, request, found)
    return Answer(
        document={
            **_subscription_json(request, found),
            "rules": [{"name": name, "words": words} for name, words in outlook.rules],
            "messages_30_days": outlook.messages,
            "mentions_30_days": outlook.mentions,
            "told": readers,
        }
    )


def _subscription_json(request: ApiRequest, found: Subscription) -> dict[str, Any]:
    return {
        "key": found.key,
        "cadence": found.cadence.text or found.cadence.kind,
        "timezone": found.timezone,
        "watches": list(watches_of(found, request.source.wired.catalog.watches)),
        "readers": len(found.to),
        "next_at": [iso(at) for at in next_times(found, request.now)],
    }


def _list_readers(unit: Unit, request: ApiRequest, found: Subscription) -> list[dict[str, Any]]:
    known: dict[str, Subscriber] = {
        each.recipient: each
        for each in (*unit.subscribers.all(), *unit.subscribers.ended())
        if each.subscription_key == found.key
    }
    ids: Sequence[int] = [each.subscriber_id for each in known.values()]
    mutes = unit.reader_requests.muted(request.now, ids)
    waiting = unit.tellings.count_pending()
    listed = []
    for to in found.to:
        who = known.get(to)
        ended = None if who is None else who.ended_at
        listed.append(
            {
                "recipient": to,
                "state": "new" if who is None else "unsubscribed" if ended else "told",
                "since": None if who is None else iso(ended or who.activated_at),
                "last_told_at": None if who is None else iso(who.last_cut_at),
                "waiting": 0 if who is None else waiting.get(who.subscriber_id, 0),
                "muted": [
                    {"watch": each.watch_key, "until": iso(each.until)}
                    for each in mutes
                    if who is not None and each.subscriber_id == who.subscriber_id
                ],
            }
        )
    return listed


ENDPOINTS = (
    Endpoint(
        name="subscriptions",
        path="/subscriptions",
        handler=subscriptions,
        role=Role.EDITOR,
        summary="The subscriptions with their next times",
        schema=record(subscriptions=many(SUBSCRIPTION)),
    ),
    Endpoint(
        name="subscription",
        path="/subscriptions/{key}",
        handler=subscription,
        role=Role.EDITOR,
        summary="One subscription, with its rules in words, its readers and what to expect",
        parameters=(KEY,),
        schema=extended(
            SUBSCRIPTION,
            rules=many(record(name=TEXT, words=TEXT)),
            messages_30_days=COUNT,
            mentions_30_days=COUNT,
            told=many(READER),
        ),
    ),
)
