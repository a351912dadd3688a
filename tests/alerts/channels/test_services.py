"""What is special to each service: its requests, its errors, and what a receiver can check."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from alerts.channels.hook import receipt_for_status
from alerts.channels.http import HttpAnswer
from alerts.channels.kinds import HOOKS
from alerts.channels.slack import escape as for_slack
from alerts.channels.teams import escape as for_teams
from alerts.channels.text_limits import fit_text
from alerts.messages.render import Rendered, StorySummary
from tests.alerts.channels.test_contract import (
    ENVELOPE,
    SECRET,
    a_place,
    an_outbox_message,
    attempt,
)
from tests.support.servers.hooks import answers


def test_a_receiver_can_check_who_signed_a_webhook() -> None:
    _, hook = attempt("webhook", answers(200))
    [heard] = hook.heard
    at = heard.headers["x-supplierwatch-timestamp"]
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + heard.body, hashlib.sha256)
    assert heard.headers["x-supplierwatch-signature"] == f"sha256={expected.hexdigest()}"
    assert heard.headers["idempotency-key"] == "digest.1@trust.example"
    said = json.loads(heard.body)
    assert (said["version"], said["kind"]) == (1, "digest")
    assert said["subject"] == "Halcyon: 60 new stories"
    assert said["stories"][0] == {
        "title": "Halcyon at trust 0",
        "link": "https://ledger.example/0",
        "outlet": "The Ward Ledger",
        "about": "Halcyon",
        "said": "Halcyon Health said that the roll-out goes on.",
    }


def test_a_receiver_that_has_a_message_already_says_so_and_it_counts_as_delivered() -> None:
    receipt, _ = attempt("webhook", answers(409))
    assert receipt.outcome == "delivered"


def test_matrix_is_given_the_same_transaction_at_every_attempt() -> None:
    place = a_place("matrix", "https://matrix.example")
    message = an_outbox_message("matrix")
    first = HOOKS["matrix"].request(place, message)
    assert first.method == "PUT"
    assert first.url == HOOKS["matrix"].request(place, message).url
    assert "/rooms/the-room/send/m.room.message/" in first.url
    assert first.headers["Authorization"] == f"Bearer {SECRET}"


def test_telegram_gets_no_more_units_than_it_takes() -> None:
    # each of these signs counts twice there
    rendered = Rendered(subject="\N{HOSPITAL}" * 90, text="\N{HOSPITAL}" * 6_000, html="")
    text = json.loads(HOOKS["telegram"].compose(rendered, ENVELOPE, "id"))["text"]
    assert len(text.encode("utf-16-le")) // 2 <= 4_096


def test_telegram_is_asked_for_the_chat_with_the_token_in_the_address() -> None:
    _, hook = attempt("telegram", answers(200, b'{"ok":true}'))
    [heard] = hook.heard
    assert heard.path == f"/bot{SECRET}/sendMessage"
    assert json.loads(heard.body)["chat_id"] == "the-room"


def test_ntfy_is_given_topic_title_and_token() -> None:
    _, hook = attempt("ntfy", answers(200))
    [heard] = hook.heard
    said = json.loads(heard.body)
    assert (said["topic"], said["title"], said["click"]) == (
        "the-room",
        "Halcyon: 60 new stories",
        "https://ledger.example/0",
    )
    assert heard.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("name", "status", "body", "outcome"),
    [
        ("slack", 400, "invalid_payload", "refused"),
        ("slack", 400, "user_not_found", "paused"),
        ("slack", 403, "action_prohibited", "paused"),
        ("slack", 404, "channel_not_found", "paused"),
        ("slack", 410, "channel_is_archived", "paused"),
        ("telegram", 400, '{"ok":false,"description":"Bad Request: chat not found"}', "paused"),
        ("telegram", 400, '{"ok":false,"description":"Bad Request: can\'t parse"}', "refused"),
        ("telegram", 403, '{"ok":false,"description":"Forbidden: bot was kicked"}', "paused"),
        ("telegram", 429, '{"ok":false,"parameters":{"retry_after":30}}', "deferred"),
        ("telegram", 200, "<html>a login page</html>", "unknown"),
        ("matrix", 403, '{"errcode":"M_FORBIDDEN"}', "paused"),
        ("matrix", 429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}', "deferred"),
        ("matrix", 400, '{"errcode":"M_UNKNOWN_TOKEN"}', "paused"),
        ("matrix", 413, '{"errcode":"M_TOO_LARGE"}', "refused"),
        ("teams", 202, "", "delivered"),
        ("teams", 200, "Microsoft Teams endpoint returned HTTP error 429", "deferred"),
        ("ntfy", 400, '{"code":40009,"error":"invalid request: topic invalid"}', "refused"),
        ("ntfy", 507, "", "deferred"),
    ],
)
def test_each_service_is_understood(name: str, status: int, body: str, outcome: str) -> None:
    answer = HttpAnswer(status=status, headers={}, body=body.encode())
    receipt = HOOKS[name].interpret(answer) or receipt_for_status(answer)
    assert receipt.outcome == outcome
    assert SECRET not in receipt.detail


def test_nobody_is_paged_and_no_link_is_made_of_strangers_words() -> None:
    assert for_slack("<!here> & <https://evil.example|x>") == (
        "&lt;!here&gt; &amp; &lt;https://evil.example|x&gt;"
    )
    assert for_teams("[x](https://evil.example) *b*") == r"\[x\](https://evil.example) \*b\*"


def test_a_text_without_stories_is_cut_with_an_ellipsis() -> None:
    rendered = Rendered(subject="S", text="word " * 500, html="")
    said = fit_text(rendered, head=str, story=lambda _: "", plain=str, room=100)
    assert len(said) <= 100
    assert said.startswith("S\n\nword")
    assert said.endswith("…")


def test_stories_that_do_not_fit_are_counted() -> None:
    told = StorySummary(title="t" * 30, link=None, outlet="o", about="a")
    rendered = Rendered(subject="S", text="", html="", stories=(told,) * 5)
    said = fit_text(rendered, head=str, story=lambda each: each.title, plain=str, room=100)
    assert said == f"S\n\n{'t' * 30}\n\n{'t' * 30}\n\nand 3 more"


def a_flood() -> Rendered:
    """Thousands of stories of one outlet on one watch, before one of each of two others."""
    many = [
        StorySummary(title=f"Flood {n}", link=None, outlet="Flood", about="Halcyon")
        for n in range(3_000)
    ]
    quiet = [
        StorySummary(title="Quiet outlet", link=None, outlet="The Ward Ledger", about="Halcyon"),
        StorySummary(title="Quiet watch", link=None, outlet="Flood", about="Corvid"),
    ]
    return Rendered(subject="S", text="", html="", stories=(*many, *quiet))


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_flood_of_one_outlet_hides_no_other_outlet_and_no_other_watch(name: str) -> None:
    said = HOOKS[name].compose(a_flood(), ENVELOPE, "id").decode()
    assert all(title in said for title in ("Flood 0", "Quiet outlet", "Quiet watch"))
    assert said.index("Flood 0") < said.index("Quiet outlet") < said.index("Quiet watch")


def test_where_few_stories_fit_each_outlet_has_its_turn() -> None:
    expected = "S\n\nFlood 0\n\nQuiet outlet\n\nQuiet watch\n\nand 2999 more"
    assert expected == fit_text(
        a_flood(), head=str, story=lambda each: each.title, plain=str, room=len(expected)
    )


def test_a_webhook_lists_a_thousand_stories_at_most_and_counts_the_others() -> None:
    said = json.loads(HOOKS["webhook"].compose(a_flood(), ENVELOPE, "id"))
    assert (len(said["stories"]), said["more"]) == (1_000, 2_002)
