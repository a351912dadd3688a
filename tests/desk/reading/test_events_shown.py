"""Reports of one event on the desk: named with what they share, taken apart and put back."""

from __future__ import annotations

import pytest

from supplierwatch.desk.reading.event_changes import read_former_events
from tests.desk.api.api_client import client
from tests.desk.browser import RunningDesk
from tests.quality.event_reports import REPORTS
from tests.quality.summarised_events import read_events
from tests.supplierwatch.instance import an_article

TITLES = ("Halcyon closes early", "Early end for Halcyon")


@pytest.fixture
def reported(desk: RunningDesk) -> RunningDesk:
    for name in ("a2", "b1", "b2", "d1"):
        desk.instance.stores(an_article(name, title=name, body=REPORTS[name][0]))
    desk.instance.stores(
        an_article("e1", title=TITLES[0], body=f"Halcyon. {REPORTS['c1'][0]}"),
        an_article("e2", title=TITLES[1], body=f"Halcyon. {REPORTS['c1'][1]}"),
    )
    return desk


def test_the_page_of_an_article_names_the_other_reports_and_what_they_share(
    reported: RunningDesk,
) -> None:
    words = reported.browser("reader").ask("/item/5").words

    assert "The same event in other words" in words
    assert TITLES[1] in words
    assert "Shares: " in words
    assert "oxbow" in words
    assert "This is another event" not in words


def test_today_has_the_stories_of_one_event_under_one_heading(reported: RunningDesk) -> None:
    assert "One event in 2 stories" in reported.browser("reader").ask("/").words


def test_an_editor_takes_a_report_out_and_puts_it_back(reported: RunningDesk) -> None:
    editor = reported.browser("editor")
    page = editor.ask("/item/6")
    form = {"csrf": page.csrf, "back": "/item/6"}

    answer = editor.ask("/item/6/event", form | {"do": "take-out"})

    assert answer.code == 303
    words = editor.ask("/item/6").words
    assert f"Taken out of the event of {TITLES[0]}" in words
    assert "One event" not in editor.ask("/").words
    assert "nothing to do" in editor.ask("/item/6/event", form | {"do": "take-out"}).words
    assert "Put it back" in words
    assert editor.ask("/item/6/event", form | {"do": "put-back", "event": "5"}).code == 303
    assert "One event in 2 stories" in editor.ask("/").words
    trail = reported.browser("operator").ask("/changes").words
    assert "event.taken-out" in trail
    assert "event.put-back" in trail


def test_the_command_line_takes_a_report_out_and_puts_it_back(reported: RunningDesk) -> None:
    run = reported.instance.run
    with reported.instance.service() as service, service.store.reading() as unit:
        item = unit.items.get(6)
        assert item is not None
        assert item.url is not None

    assert "Taken out; the other reports are event 5" in run("event", "take-out", item.url).stdout
    with reported.instance.service() as service, service.store.reading() as unit:
        assert [event for event, _ in read_former_events(unit, item)] == [5]
    assert run("event", "take-out", item.url).exit_code == 2
    assert "Put back into event 5" in run("event", "put-back", item.url).stdout
    assert run("event", "put-back", item.url).exit_code == 2


def test_an_event_is_summarised_in_the_words_of_its_reports(reported: RunningDesk) -> None:
    [event] = [each for each in read_events() if each.name == "05-merger-cleared"]
    reported.instance.stores(
        *(
            an_article(
                f"m{at}",
                title=f"Halcyon: {each.title}",
                body=each.body,
                source_key=("ward-ledger", "trolley")[at % 2],
            )
            for at, each in enumerate(event.reports)
        )
    )

    page = reported.browser("reader").ask("/item/7")

    assert "In the reports' own words" in page.words
    assert "Halden Data's £330m purchase of Mistle Analytics was cleared by" in page.words
    assert "£330m in 2 outlets" in page.words
    assert 'href="/item/7"' in page.text.partition('id="event-summary"')[2]
    answered = client(reported, "reader").json("/items/7")["event_summary"]
    assert len(answered) > 1
    for each in answered:
        assert each["sentence"] in page.words
        assert each["why"] in page.words
        report = client(reported, "reader").json(f"/items/{each['item']}")
        assert each["sentence"] in report["texts"]["body"]
        assert each["url"] == report["item"]["url"]
