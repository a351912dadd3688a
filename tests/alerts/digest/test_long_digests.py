"""What makes long digests and many watches readable: contents, labels, and words for a phone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.digest.context import distinct_labels
from alerts.digest.entry import WatchWords
from alerts.messages.formats import quoted
from alerts.messages.wording import MAX_ON_A_PHONE, finds_briefly
from config.model import Cadence
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.slow
@pytest.mark.parametrize(("stories", "said"), [(12, True), (3, False)])
def test_a_long_digest_begins_with_its_contents(store: Store, stories: int, said: bool) -> None:
    desk = Desk(store, Clock(MORNING), a_subscription(cadence=DAILY))
    desk.tick()
    for number in range(stories):
        about = "Corvid Data" if number % 3 == 0 else "Halcyon Health"
        desk.publish(f"{about} story {number}", f"{about} said that work goes on.")
    desk.publish("Halcyon wins a prize", published_at=MORNING - timedelta(days=900))

    [digest] = desk.tick(HOUR)

    text, html = bodies(assert_mail_is_clean(digest.notification.raw))
    line = "In this message: Halcyon Health 8 · Corvid Data 4 · 1 older, newly listed"
    assert (line in " ".join(text.split())) == said
    assert (line in html) == said


@pytest.mark.slow
def test_an_outlet_that_floods_keeps_no_other_from_being_named(sqlite_store: Store) -> None:
    clock = Clock(MORNING)
    desk = Desk(sqlite_store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    # the other outlet's stories are the oldest, and its name stands in no headline
    desk.publish("A quiet story", source="trolley")
    desk.publish("Patient records move", "The patient record moves.", source="trolley")
    clock.advance(timedelta(minutes=1))
    for number in range(150):
        desk.publish(f"Halcyon Health story {number}")

    [digest] = desk.tick(HOUR)

    text, html = bodies(assert_mail_is_clean(digest.notification.raw))
    for link in ("trolley.example/a-quiet-story", "trolley.example/patient-records-move"):
        assert link in text
        assert link in html
    assert "more" in text


def test_watches_of_one_label_are_told_apart_by_their_keys() -> None:
    labels = {"fdp": "Palantir", "fdp-bma": "palantir ", "epr": "Records"}
    assert distinct_labels(labels) == {
        "fdp": "Palantir (fdp)",
        "fdp-bma": "palantir  (fdp-bma)",
        "epr": "Records",
    }


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["Halcyon", "Corvid"], "Halcyon and Corvid"),
        (["Epic, Oracle and Cerner", "Corvid"], "“Epic, Oracle and Cerner” and “Corvid”"),
        (["Sales and marketing", "A", "B"], "“Sales and marketing”, “A” and “B”"),
        (["Sales and marketing"], "Sales and marketing"),
    ],
)
def test_labels_with_commas_or_and_are_told_apart(labels: list[str], said: str) -> None:
    assert quoted(labels) == said


def test_a_watch_is_described_in_a_few_lines_of_a_phone() -> None:
    words = WatchWords(label="x", query="", paraphrase="finds items that name Halcyon, " * 40)
    assert len(finds_briefly(words)) <= MAX_ON_A_PHONE
    assert finds_briefly(words).endswith("…")
