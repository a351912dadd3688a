"""The pages of suppliers, their files, the resource and the command."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from lxml import html

from tests.desk.browser import RunningDesk
from tests.desk.hostile_text import HOSTILE, RunningMarkup
from tests.supplierwatch.instance import an_article


@pytest.fixture
def told(desk: RunningDesk) -> RunningDesk:
    desk.instance.stores(
        an_article("a1", title="Halcyon pauses at the trust"),
        an_article("a2", title="=Halcyon answers", body="Halcyon will be reviewed in 2031."),
        an_article("a3", title="Wards are painted", body="Nothing else.", summary=""),
    )
    desk.clock.advance(timedelta(minutes=5))
    return desk


def test_the_list_leads_to_the_thread_of_each_supplier(told: RunningDesk) -> None:
    browser = told.browser("reader")
    page = browser.ask("/suppliers")
    assert page.heading == "Suppliers"
    assert 'href="/suppliers/halcyon"' in page.text
    assert "100%" in page.words

    page = browser.ask("/suppliers/halcyon")
    assert page.heading == "Halcyon Health"
    assert "Halcyon pauses at the trust" in page.words
    assert "2031 · review" in page.words
    assert "Wards are painted" not in page.words


def test_a_thread_is_narrowed_by_kind_and_time(told: RunningDesk) -> None:
    browser = told.browser("reader")
    assert "Nothing is about this supplier in this view" in (
        browser.ask("/suppliers/halcyon?kind=hansard").words
    )
    for asked in ("kind=press", "days=30", "kind=nonsense", "days=-1", "page=999"):
        assert "Halcyon pauses at the trust" in browser.ask(f"/suppliers/halcyon?{asked}").words


def test_a_thread_is_exported_without_formulas(told: RunningDesk) -> None:
    browser = told.browser("reader")
    table = browser.ask("/suppliers/halcyon/export?form=csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert ",'=Halcyon answers," in table.text
    lines = browser.ask("/suppliers/halcyon/export?form=jsonl&kind=press").text.splitlines()
    assert {json.loads(each)["kind"] for each in lines} == {"press"}
    assert browser.ask("/suppliers/halcyon/export?form=exe").code == 404


def test_an_unknown_supplier_is_said_to_be_none(told: RunningDesk) -> None:
    browser = told.browser("reader")
    for path in ("/suppliers/nobody", "/suppliers/nobody/export?form=csv"):
        assert browser.ask(path).code == 404


def test_hostile_texts_stay_text_in_a_thread(desk: RunningDesk) -> None:
    text = f"Halcyon {HOSTILE} will be reviewed in 2031. "
    desk.instance.stores(
        an_article("h", title=f"Halcyon {HOSTILE}", summary=HOSTILE, body=text),
    )
    desk.instance.stores(
        an_article("h", title=f"Halcyon is {HOSTILE}", summary=HOSTILE, body=text * 2)
    )
    browser = desk.browser("reader")
    for path in ("/suppliers", "/suppliers/halcyon"):
        page = browser.ask(path)
        markup = RunningMarkup()
        markup.feed(page.text)
        assert page.code == 200
        assert markup.found == [], path
        assert "{{ 7919*9173 }}" in page.text or path == "/suppliers"


def test_the_pages_have_one_heading_and_unique_ids(told: RunningDesk) -> None:
    browser = told.browser("reader")
    for path in ("/suppliers", "/suppliers/halcyon"):
        page = html.fromstring(browser.ask(path).text)
        ids = [each.get("id") for each in page.xpath("//*[@id]")]
        assert sorted(ids) == sorted(set(ids)), path
        assert len(page.xpath("//main//h1")) == 1, path


def test_the_command_prints_the_thread_and_its_document(told: RunningDesk) -> None:
    shown = told.instance.run("supplier", "halcyon")
    assert shown.exit_code == 0, shown.output
    assert "Halcyon pauses at the trust" in shown.output
    assert "review" in shown.output
    document = told.instance.json("supplier", "halcyon", "--since", "30d")
    assert document["supplier"] == {"key": "halcyon", "name": "Halcyon Health"}
    assert len(document["matters"]) == document["items"] == 2
    assert told.instance.run("supplier", "nobody").exit_code == 2
