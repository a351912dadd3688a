"""A watch that matches only in text around articles: one folded line in a digest, told once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.dispatch import composition
from alerts.messages.layout import MAX_ASIDES
from alerts.query import Document, WatchIndex, compile_query
from alerts.query.index import watch_index
from alerts.query.text.document import PreparedDocument
from alerts.text.outlet_names import blank_outlet
from config.model import Cadence
from storage.model import AsideBlock, OutboxMessage
from storage.store import Store
from storage.telling.watches import WatchText
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAIN = "Porters moved four wards over the weekend."
SPONSOR = AsideBlock(
    rule="recurring", text="Our coverage of wards is paid for by Halcyon Health, as ever."
)
HEADING = "In the page around the article"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 6, 0, tzinfo=UTC))


def both(message: OutboxMessage) -> tuple[str, str]:
    """Text and HTML of a message that has passed the oracle, each in one line."""
    text, html = bodies(assert_mail_is_clean(message.notification.raw))
    return " ".join(text.split()), " ".join(html.split())


def heads(message: OutboxMessage) -> bool:
    return any(HEADING.casefold() in said.casefold() for said in both(message))


def a_desk(store: Store, clock: Clock, **options: object) -> Desk:
    desk = Desk(store, clock, a_subscription("daily", DAILY), **options)  # type: ignore[arg-type]
    desk.tick()
    return desk


def test_a_digest_names_it_on_one_line_with_outlet_sentence_and_rule(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock)
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))

    [digest] = desk.tick(2 * HOUR)

    for said in both(digest):
        assert HEADING.casefold() in said.casefold()
        assert "Porters move" in said
        assert "The Ward Ledger" in said
        assert "also on other pages of the site" in said
    assert "is paid for by *Halcyon Health*" in both(digest)[0]
    assert "Nothing new for Halcyon" not in both(digest)[0]


def test_a_block_is_told_once_for_a_source_however_many_pages_have_it(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock)
    for number in range(14):
        desk.publish(f"Porters move {number}", PLAIN, asides=(SPONSOR,))
    [digest] = desk.tick(2 * HOUR)
    assert both(digest)[0].count("paid for by") == 1
    assert "more at" not in both(digest)[0]

    desk.publish("Porters move again", PLAIN, asides=(SPONSOR,))
    assert desk.tick(DAY) == []


def test_the_same_block_of_another_source_and_another_block_are_told(
    store: Store, clock: Clock
) -> None:
    other = AsideBlock(rule="caption", text="A picture of a ward, courtesy of Halcyon Health.")
    desk = a_desk(store, clock)
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    desk.tick(2 * HOUR)
    desk.publish("Porters rest", PLAIN, source="trolley", asides=(SPONSOR,))
    desk.publish("Porters sing", PLAIN, asides=(SPONSOR, other))

    [digest] = desk.tick(DAY)

    text = both(digest)[0]
    assert "and 1 more at" in text
    assert text.count("- Halcyon: ") == 1


def test_alerts_never_have_it(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    assert desk.tick() == []
    desk.publish("Halcyon goes on", asides=(SPONSOR,))
    [alert] = desk.tick(HOUR)
    assert not heads(alert)


def test_a_match_of_the_article_itself_makes_none(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock)
    desk.publish("Halcyon goes on", asides=(SPONSOR,))
    [digest] = desk.tick(2 * HOUR)
    assert not heads(digest)


def test_a_watch_can_do_without(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock, without_asides=["halcyon"])
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    assert desk.tick(2 * HOUR) == []


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            AsideBlock(rule="comments", text="Halcyon Health again, said a reader.", tells=False),
            id="a comment",
        ),
        pytest.param(
            AsideBlock(rule="menu", text="News on Halcyon Health", tells=False), id="a menu"
        ),
        pytest.param(
            AsideBlock(rule="extractor", text="The Ward Ledger is read in every ward."),
            id="the outlet's own name",
        ),
    ],
)
def test_comments_menus_and_the_outlet_s_own_name_make_none(
    store: Store, clock: Clock, block: AsideBlock
) -> None:
    desk = a_desk(store, clock, watches={"halcyon": "@halcyon", "ledger": '"ward ledger"'})
    desk.publish("Porters move", PLAIN, asides=(block,))
    assert desk.tick(2 * HOUR) == []


@pytest.mark.slow
def test_what_was_there_before_is_told_once_a_later_article_has_it(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock)
    desk.publish("Porters moved", PLAIN, asides=(SPONSOR,), baseline=True)
    assert desk.tick(2 * HOUR) == []
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    [digest] = desk.tick(DAY)
    assert "around: Porters move (" in both(digest)[0]
    desk.publish("Porters rest", PLAIN, asides=(SPONSOR,))
    assert desk.tick(DAY) == []


def test_name_and_subject_may_stand_apart_in_block_and_article(store: Store, clock: Clock) -> None:
    desk = a_desk(
        store, clock, watches={"both": "@halcyon AND porters", "no": "@halcyon NOT wards"}
    )
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    [digest] = desk.tick(2 * HOUR)
    assert "- Both: " in both(digest)[0]
    assert "- No: " not in both(digest)[0]


def test_nothing_is_told_of_a_muted_watch(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock)
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    [subscriber] = desk.subscribers
    with store.transaction() as unit:
        unit.reader_requests.mute([subscriber.subscriber_id], "halcyon", clock() + 7 * DAY)
    desk.publish("Patient record of wards", "The patient record is new.")
    [digest] = desk.tick(2 * HOUR)
    assert not heads(digest)


def test_a_renamed_watch_is_not_told_again(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock)
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    desk.tick(2 * HOUR)
    query = desk.context.queries["halcyon"]
    renamed = WatchText(
        key="renamed", query=query.canonical, fingerprint=query.fingerprint, was="halcyon"
    )
    with store.transaction() as unit:
        unit.watches.declare([renamed], clock())
    desk.declare(a_subscription("daily", DAILY), watches={"renamed": "@halcyon"})
    desk.publish("Porters rest", PLAIN, asides=(SPONSOR,))
    assert desk.tick(DAY) == []


def test_an_outlet_s_name_is_blanked_whatever_its_spelling() -> None:
    names = ("The Ward-Ledger Newsroom", "ward-ledger")
    url = "https://www.wardledger.example/a"
    for text in ("Read Ward Ledger daily", "Read the ward-ledger daily", "Read WardLedger daily"):
        blanked = blank_outlet(text, names, url)
        assert len(blanked) == len(text)
        assert "ledger" not in blanked.casefold()
        assert blanked.startswith("Read")
        assert blanked.endswith("daily")
    assert blank_outlet("A ledger of wards", names, url) == "A ledger of wards"


def test_more_than_fit_wait_for_the_next_digest(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "MAX_ASIDES", 2)
    desk = a_desk(store, clock)
    for word in ("One", "Two", "Three"):
        block = AsideBlock(rule="sidebar", text=f"{word} ward is kept by Halcyon Health.")
        desk.publish(f"Porters move {word}", PLAIN, asides=(block,))
    [first] = desk.tick(2 * HOUR)
    [second] = desk.tick(DAY)
    assert "and 1 more at" in both(first)[0]
    assert "more at" not in both(second)[0]
    assert desk.tick(DAY) == []


def test_so_many_watches_are_named_and_the_others_counted(store: Store, clock: Clock) -> None:
    watches = {f"halcyon-{number:02}": "@halcyon" for number in range(MAX_ASIDES + 3)}
    desk = a_desk(store, clock, watches=watches)
    desk.publish("Porters move", PLAIN, asides=(SPONSOR,))
    [digest] = desk.tick(2 * HOUR)
    text, html = both(digest)
    assert text.count("- Halcyon-") == MAX_ASIDES
    for said in (text, html):
        assert len(set(re.findall(r"Halcyon-(\d\d)", said))) == MAX_ASIDES
        assert "and 3 more watches" in said


def test_trials_on_the_blocks_of_an_item_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    index = WatchIndex({"halcyon": compile_query("halcyon")})
    blocks = [f"Ward {number} is kept by Halcyon." for number in range(9)]
    prepared = PreparedDocument(Document(title="Porters move"))
    assert len(index.match_around(prepared, blocks, {"halcyon"})) == 9
    monkeypatch.setattr(watch_index, "MAX_TRIALS", 4)
    assert len(index.match_around(prepared, blocks, {"halcyon"})) == 4


def test_an_article_that_was_found_and_is_edited_makes_none(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock)
    desk.publish("Porters move", "Halcyon Health pays.", name="porters")
    desk.tick(2 * HOUR)
    desk.publish("Porters move", PLAIN, name="porters", asides=(SPONSOR,))
    [digest] = desk.tick(DAY)
    assert not heads(digest)
