"""What holds for every channel over HTTP: each failure of the way is told apart.

A file in `alerts/channels/` that defines a kind is tested here without being named.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import alerts.channels
from alerts.channels import open_channels
from alerts.channels.hook import HookChannel
from alerts.channels.http import Client, HttpTimeouts
from alerts.channels.kinds import HOOKS, NAMES
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, StorySummary
from config.model import ChannelSettings, Where
from config.values.addresses import Guard
from storage.model import Notification, OutboxMessage, Receipt
from tests.support.desk import a_catalog
from tests.support.outgoing import a_message
from tests.support.servers.certificates import server_context
from tests.support.servers.hooks import (
    Behaviour,
    Hook,
    answers,
    drips,
    drops_after,
    drops_before,
    floods,
    hangs,
    says,
)

QUICK = HttpTimeouts(connect=2, part=0.3, all=1)
LOOPBACK = Guard(["127.0.0.0/8"])
SECRET = "s3cret-of-the-channel"  # of no service
STORIES = tuple(
    StorySummary(
        title=f"Halcyon at trust {number}",
        link=f"https://ledger.example/{number}",
        outlet="The Ward Ledger",
        about="Halcyon",
        said="Halcyon Health said that the roll-out goes on.",
    )
    for number in range(60)
)
RENDERED = Rendered(
    subject="Halcyon: 60 new stories", text="All of it.\n", html="", stories=STORIES
)
ENVELOPE = Envelope(kind="digest", delivery_key="digest:1", recipient="channel:desk")
# what each service says when it has taken a message
WELL = {"telegram": b'{"ok":true,"result":{}}', "matrix": b'{"event_id":"$1"}', "slack": b"ok"}

kinds = pytest.mark.parametrize("name", sorted(HOOKS))


def a_place(name: str, url: str) -> ChannelSettings:
    """A channel of a kind whose service is at `url`."""
    return ChannelSettings(
        key="desk",
        kind=name,
        url=url,
        to="the-room",
        secret=SECRET,
        where=Where(file="settings.toml", line=1),
    )


def an_outbox_message(name: str, rendered: Rendered = RENDERED) -> OutboxMessage:
    """A message as the outbox holds it for a channel of this kind."""
    raw = HOOKS[name].compose(rendered, ENVELOPE, "digest.1@trust.example")
    return a_message(
        Notification(
            delivery_key="digest:1",
            kind="digest",
            channel="desk",
            recipient="channel:desk",
            subject=rendered.subject,
            message_id="<digest.1@trust.example>",
            raw=raw,
        )
    )


def a_channel(name: str, url: str, guard: Guard = LOOPBACK) -> HookChannel:
    return HookChannel(HOOKS[name], a_place(name, url), Client(guard, timeouts=QUICK))


def attempt(name: str, behaviour: Behaviour) -> tuple[Receipt, Hook]:
    with Hook(behaviour) as hook:
        return a_channel(name, hook.url).send(an_outbox_message(name)), hook


def test_every_file_is_a_kind_and_every_kind_a_file() -> None:
    files = {path.stem for path in Path(alerts.channels.__file__).parent.glob("*.py")}
    shared = {
        "__init__",
        "base",
        "smtp_transaction",
        "email",
        "files",
        "text_limits",
        "hook",
        "http",
        "kinds",
        "smtp_timeouts",
    }
    assert files - shared == set(NAMES)


@kinds
def test_a_message_that_is_taken_is_delivered(name: str) -> None:
    receipt, hook = attempt(name, answers(200, WELL.get(name, b"")))
    assert receipt.outcome == "delivered", receipt
    [heard] = hook.heard
    assert heard.method in ("POST", "PUT")
    assert "Halcyon at trust 0" in json.dumps(json.loads(heard.body), ensure_ascii=False)
    assert heard.headers["content-type"].startswith("application/json")


@kinds
def test_two_attempts_are_alike_byte_for_byte(name: str) -> None:
    with Hook(answers(503)) as hook:
        channel, message = a_channel(name, hook.url), an_outbox_message(name)
        channel.send(message)
        channel.send(replace(message, attempts=2))
    first, second = hook.heard
    assert (first.path, first.body, first.headers) == (second.path, second.body, second.headers)


@kinds
@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (drops_before, ("deferred", "unknown")),  # by when the reset is noticed
        (drops_after, ("unknown",)),
        (hangs, ("unknown",)),
        (drips, ("unknown",)),
        (says(b"SSH-2.0-OpenSSH_9\r\n"), ("unknown",)),
        (says(b""), ("unknown",)),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"), ("unknown", "delivered")),
    ],
    ids=["drop-before", "drop-after", "hang", "drip", "no-http", "nothing", "half"],
)
def test_what_may_have_arrived_is_unknown_and_what_cannot_have_is_tried_again(
    name: str, behaviour: Behaviour, outcome: tuple[str, ...]
) -> None:
    receipt, _ = attempt(name, behaviour)
    assert receipt.outcome in outcome, receipt
    assert receipt.code in (None, 200)


@kinds
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, "paused"),
        (403, "paused"),
        (404, "paused"),
        (410, "paused"),
        (301, "paused"),
        (302, "paused"),
        (413, "refused"),
        (408, "deferred"),
        (429, "deferred"),
        (500, "deferred"),
        (503, "deferred"),
        (502, "unknown"),
        (504, "unknown"),
    ],
)
def test_each_answer_has_its_outcome(name: str, status: int, outcome: str) -> None:
    receipt, hook = attempt(name, answers(status, b"no", Location="http://10.0.0.1/"))
    assert receipt.outcome == outcome, receipt
    assert len(hook.heard) == 1, "nothing is followed, nothing is tried twice"


@kinds
def test_an_answer_without_end_is_read_no_further(name: str) -> None:
    receipt, _ = attempt(name, floods)
    assert receipt.outcome in ("delivered", "unknown")


@kinds
def test_a_port_that_is_closed_and_a_name_that_is_none_send_nothing(name: str) -> None:
    with Hook() as hook:
        url = hook.url
    closed = a_channel(name, url).send(an_outbox_message(name))
    assert (closed.outcome, closed.code) == ("deferred", None)
    unknown = a_channel(name, "https://no-such-host.invalid").send(an_outbox_message(name))
    assert unknown.outcome in ("paused", "deferred")
    assert "no-such-host.invalid" in unknown.detail
    impossible = a_channel(name, f"https://{'a' * 70}.invalid").send(an_outbox_message(name))
    assert impossible.outcome == "paused"
    assert "is not a host name" in impossible.detail


@kinds
@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/x", "https://169.254.169.254/x", "https://[::1]/x", "https://0x7f.1/x",
     "ftp://service.example/x", "https://user:pw@service.example/x"],
)  # fmt: skip
def test_private_addresses_are_not_connected_to(name: str, url: str) -> None:
    receipt = a_channel(name, url, guard=Guard()).send(an_outbox_message(name))
    assert receipt.outcome == "paused"
    assert "refused" in receipt.detail


@kinds
def test_a_certificate_that_is_not_valid_sends_nothing(name: str, tmp_path: Path) -> None:
    server, _ = server_context(tmp_path)
    with Hook(answers(200), tls=server) as hook:
        receipt = a_channel(name, hook.url).send(an_outbox_message(name))
    assert receipt.outcome == "paused"
    assert "certificate" in receipt.detail
    assert hook.heard == []


@kinds
def test_a_certificate_that_is_valid_is_taken(name: str, tmp_path: Path) -> None:
    server, trusting = server_context(tmp_path)
    with Hook(answers(200, WELL.get(name, b"")), tls=server) as hook:
        client = Client(LOOPBACK, timeouts=QUICK, context=trusting)
        channel = HookChannel(HOOKS[name], a_place(name, hook.url), client)
        assert channel.send(an_outbox_message(name)).outcome == "delivered"


@kinds
def test_no_receipt_shows_the_secret(name: str) -> None:
    for behaviour in (answers(401, SECRET.encode()[:4]), drops_after, answers(302)):
        receipt, _ = attempt(name, behaviour)
        assert SECRET not in receipt.detail
    place = replace(a_place(name, "https://10.0.0.1"), url=f"https://10.0.0.1/{SECRET}")
    refused = HookChannel(HOOKS[name], place, Client(Guard(), timeouts=QUICK)).send(
        an_outbox_message(name)
    )
    assert SECRET not in refused.detail
    assert SECRET not in repr(a_place(name, "https://service.example"))


@kinds
def test_hostile_and_endless_texts_fit_and_stay_texts(name: str) -> None:
    evil = "<!channel> @everyone </b>[x](https://evil.example) *_`|> \ud800 " + "a" * 10_000
    story = replace(STORIES[0], title=evil, said=evil[:400], about=evil[:160])
    many = replace(RENDERED, subject=evil, stories=(story,) * 40)
    alone = replace(RENDERED, stories=(), text="line\n" * 20_000)
    for rendered in (many, alone):
        body = HOOKS[name].compose(rendered, ENVELOPE, "id")
        assert json.loads(body)
        if name != "webhook":  # the receiver is a program, and gets all of it
            assert len(body) < 28_000
        if name == "slack":
            assert b"<!channel>" not in body


@kinds
def test_as_many_stories_as_fit_and_how_many_more(name: str) -> None:
    body = HOOKS[name].compose(RENDERED, ENVELOPE, "id").decode()
    if name == "webhook":
        assert len(json.loads(body)["stories"]) == 60
    else:
        assert "Halcyon at trust 3" in body
        assert " more" in body


def test_each_kind_takes_what_it_needs() -> None:
    assert [name for name, kind in HOOKS.items() if not kind.needs <= kind.takes] == []
    assert HOOKS["matrix"].needs == {"secret", "to", "url"}


def test_the_service_opens_the_channels_that_are_declared() -> None:
    settings = a_catalog([], {}).settings
    declared = tuple(replace(a_place(name, "https://x.example"), key=f"a-{name}") for name in HOOKS)
    opened = open_channels(replace(settings, channels=declared))
    assert set(opened) == {"email", *(f"a-{name}" for name in HOOKS)}
    assert {key: each.name for key, each in opened.items()} == {key: key for key in opened}
