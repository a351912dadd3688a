"""The line of a notice: buyer, supplier, value and dates, in digests as text and as HTML."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from alerts.messages.render import render
from alerts.text.notice_summary import MAX_SUMMARY, format_amount, summarise_notice
from storage.model import ProcurementNotice
from tests.support.tellings import a_digest, a_finding, an_item

AWARD = ProcurementNotice(
    buyers=("Fenmoor NHS Trust",),
    suppliers=("Corvid Data Ltd", "Halcyon Health", "Tidewater", "Ostler & Sons"),
    value=1_250_000.0,
    currency="GBP",
    starts_on=date(2027, 2, 1),
    ends_on=date(2030, 1, 31),
    facts=(("stage", "award update"), ("number", "000101-2026")),
)
SAID = (
    "Award update · Buyer: Fenmoor NHS Trust · Supplier: Corvid Data Ltd, Halcyon Health, Tidewater"
    " and 1 more · Value: £1,250,000 · Contract: 1 Feb 2027 to 31 Jan 2030"
)


def test_a_notice_is_told_on_one_line() -> None:
    assert summarise_notice(an_item(notice=AWARD)) == SAID


def test_only_what_a_notice_states_is_told() -> None:
    deadline = datetime(2027, 1, 29, 12, tzinfo=UTC)

    assert summarise_notice(an_item()) == ""
    assert summarise_notice(an_item(notice=ProcurementNotice(facts=(("pages", "12"),)))) == ""
    assert (
        summarise_notice(an_item(notice=ProcurementNotice(deadline=deadline)))
        == "Bids until: 29 Jan 2027"
    )
    ends = ProcurementNotice(ends_on=date(2027, 1, 29))
    assert summarise_notice(an_item(notice=ends)) == "Contract: until 29 Jan 2027"


@pytest.mark.parametrize(
    ("value", "currency", "said"),
    [
        (99.5, "GBP", "£99.50"),
        (100.0, "EUR", "€100"),
        (7.0, "SEK", "SEK 7"),
        (7.0, None, "7"),
    ],
)
def test_an_amount_is_written_as_people_write_it(
    value: float, currency: str | None, said: str
) -> None:
    assert format_amount(value, currency) == said


def test_a_stranger_s_names_neither_fill_the_line_nor_break_it() -> None:
    said = summarise_notice(an_item(notice=ProcurementNotice(buyers=("x" * 9000, "a\nb\u202e<b>"))))

    assert len(said) <= MAX_SUMMARY
    assert "a b<b>" in said
    assert "\n" not in said


def test_a_digest_shows_it_as_text_and_as_html() -> None:
    item = an_item(
        kind="tender", notice=ProcurementNotice(buyers=("Fenmoor & <Sons>",), value=5000.0)
    )
    message = render(a_digest(a_finding(item)))

    assert "   Buyer: Fenmoor & <Sons> · Value: 5,000\n" in message.text
    assert "Buyer: Fenmoor &amp; &lt;Sons&gt; · Value: 5,000" in message.html
