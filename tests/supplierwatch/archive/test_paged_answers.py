"""Search and explain name the page of a board paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.model import ProcurementNotice
from tests.supplierwatch.instance import Instance, an_article, an_instance

PAGES = ("The trust board met.", "", "The trust heard that Halcyon Health is late.", "Nothing.")
PACK = "https://ward-ledger.example/pack.pdf"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    made.stores(
        an_article(
            url=PACK,
            title="Board pack",
            kind="boardpaper",
            summary="",
            pages=PAGES,
            body="\n".join(PAGES),
            notice=ProcurementNotice(facts=(("pages", "4"), ("scanned pages", "2"))),
        )
    )
    return made


def test_a_search_names_the_page_and_links_to_it(instance: Instance) -> None:
    said = instance.run("search", "halcyon AND late").output
    assert "page 3" in said
    assert f"{PACK}#page=3" in said
    [found] = instance.json("search", "halcyon AND late")["found"]
    assert (found["why"]["pages"], found["url"]) == ([3], PACK)


def test_a_paper_is_found_page_by_page(instance: Instance) -> None:
    assert instance.json("search", "halcyon AND met", code=6)["found"] == []
    assert len(instance.json("search", "trust AND NOT met")["found"]) == 1


def test_explain_names_the_page_and_what_could_not_be_read(instance: Instance) -> None:
    said = " ".join(instance.run("explain", PACK).output.split())
    assert "page 3: The trust heard that Halcyon Health is late." in said
    assert "Page 2 is scanned and cannot be read." in said
    assert "on 4 pages" in said
