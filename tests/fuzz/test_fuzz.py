"""A hundred cases of the fuzz; `make fuzz` runs ten thousand."""

from __future__ import annotations

import pytest

from alerts.messages.render import MAX_HTML
from storage.store import Store
from tests.fuzz import chain
from tests.fuzz.chain import CaseTooSlow, Counts, make_desk, run_case
from tests.support.sizes import size

pytestmark = pytest.mark.sized

SEED = 7
CASES = size(120, 25)


def test_whatever_a_feed_and_its_pages_say_becomes_clean_mail(sqlite_store: Store) -> None:
    desk, counts = make_desk(sqlite_store), Counts()
    for number in range(CASES):
        try:
            run_case(desk, SEED, number, counts)
        except Exception as error:
            error.add_note(f"python -m tests.fuzz --seed {SEED} --only {number}")
            raise
    # cases that all end early would prove nothing
    assert counts.entries > CASES / 2
    assert counts.pages > CASES / 2
    assert counts.mails > CASES * 3 / 4
    assert MAX_HTML < chain.MAX_MAIL


def test_a_case_is_the_same_whatever_came_before_it(sqlite_store: Store) -> None:
    desk = make_desk(sqlite_store)

    def mails(number: int) -> list[bytes]:
        run_case(desk, SEED, number, Counts())
        return [message.notification.raw for message in desk.inbox.messages]

    first = mails(3)
    mails(4)
    assert [len(raw) for raw in mails(3)] == [len(raw) for raw in first]


def test_a_case_that_does_not_end_is_ended(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_ends(*_: object) -> bytes:
        while True:
            pass

    monkeypatch.setattr(chain, "SECONDS", 0.2)
    monkeypatch.setattr(chain, "a_feed", never_ends)
    with pytest.raises(CaseTooSlow):
        run_case(make_desk(sqlite_store), SEED, 1, Counts())
