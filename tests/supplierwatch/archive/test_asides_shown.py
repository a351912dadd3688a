"""explain, search and doctor show what was cut from a page, with the rule that cut it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.diagnostics.diagnosis_text import describe_asides
from storage.model import AsideBlock
from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_article, an_instance

WARDS = "https://ward-ledger.example/2026/wards"
SPONSOR = AsideBlock(
    rule="recurring", text="Our pages on wards are paid for by Corvid Data of Thornby."
)
MENU = AsideBlock(rule="menu", text="All on Zorbiq", tells=False)
LEFT = AsideBlock(rule="over-limit", text="", detail="7 blocks, 900 characters", tells=False)


@pytest.fixture
def stocked(tmp_path: Path) -> Instance:
    """An article around which a supplier is named, and later another one."""
    instance = an_instance(tmp_path)
    with instance.service():
        pass  # takes the watches up: what comes now is new to them
    instance.write(
        "subscriptions.toml",
        (instance.config / "subscriptions.toml")
        .read_text(encoding="utf-8")
        .replace('["halcyon-trusts"]', '["*"]'),
    )
    for name in ("wards", "beds"):
        title = f"{name.title()} are moved"
        body = f"Porters moved {name} over the weekend, and nobody was late for lunch."
        blocks = (SPONSOR, MENU, LEFT)
        instance.stores(an_article(name, title=title, summary="", body=body, asides=blocks))
    return instance


def told(run: object) -> str:
    return " ".join(run.stdout.split())  # type: ignore[attr-defined]


def test_explain_says_what_was_set_aside_and_by_which_rule(stocked: Instance) -> None:
    said = told(stocked.run("explain", WARDS))
    assert "set aside 2 blocks of the page, 15 words, not part of the article:" in said
    assert "1 also on other pages of the site" in said
    assert "1 in a menu" in said
    assert "not kept: more than is kept of one page (7 blocks, 900 characters)" in said


def test_explain_says_that_a_watch_matches_only_there(stocked: Instance) -> None:
    said = told(stocked.run("explain", WARDS, "--watch", "corvid"))
    assert "only in the page outside the article" in said
    assert "paid for by Corvid Data of Thornby." in said
    assert "cut from the page: also on other pages of the site" in said
    assert "waits for the next digest: comms@trust.example" in said
    assert "0 of 1 watch found it." in said


def test_explain_names_the_article_with_which_the_block_is_told(stocked: Instance) -> None:
    said = told(stocked.run("explain", WARDS.replace("wards", "beds"), "--watch", "corvid"))
    assert "sent once for this source, with 'Wards are moved'" in said


def test_explain_has_it_in_json(stocked: Instance) -> None:
    answer = stocked.json("explain", WARDS)
    assert [block["rule"] for block in answer["set_aside"]] == ["recurring", "menu", "over-limit"]
    [corvid] = [one for one in answer["watches"] if one["watch"] == "corvid"]
    assert corvid["verdict"] == "aside"
    assert [block["text"] for block in corvid["around"]] == [SPONSOR.text]
    assert corvid["around"][0]["told"] == [{"recipient": "comms@trust.example", "told_at": None}]


def test_search_finds_it_when_asked_for(stocked: Instance) -> None:
    assert stocked.run("search", "thornby").exit_code == Exit.NOTHING_FOUND
    said = told(stocked.run("search", "aside:thornby"))
    assert "2 items found" in said
    assert "aside: Our pages on wards are paid for by Corvid Data of Thornby." in said
    assert "cut from the page: also on other pages of the site" in said
    [first, *_] = stocked.json("search", "aside:zorbiq")["found"]
    assert first["why"]["aside_rules"] == ["in a menu"]


def test_search_says_that_there_is_more_in_text_set_aside(stocked: Instance) -> None:
    said = told(stocked.run("search", "porters OR thornby"))
    assert "2 items found" in said
    assert "more in text set aside" not in said  # these items match as they are
    said = told(stocked.run("search", "thornby AND corvid"))
    assert "Nothing found" in said
    assert "2 more in text set aside from pages: search aside:(thornby AND corvid)" in said
    assert stocked.json("search", "thornby", "--limit", "1", code=Exit.NOTHING_FOUND)["aside"] == {
        "found": 1, "complete": False, "query": "aside:thornby"
    }  # fmt: skip
    assert stocked.json("search", "porters")["aside"] is None
    assert stocked.json("search", "title:thornby", code=Exit.NOTHING_FOUND)["aside"] is None


def test_filters_stay_beside_what_is_looked_for_in_text_set_aside(stocked: Instance) -> None:
    hint = stocked.json("search", "thornby NOT type:tender", code=Exit.NOTHING_FOUND)["aside"]
    assert hint["found"] == 2
    assert stocked.run("search", hint["query"]).exit_code == Exit.OK
    assert stocked.json("search", "thornby type:tender", code=Exit.NOTHING_FOUND)["aside"] is None


def test_search_finds_it_by_the_index_too(stocked: Instance) -> None:
    with stocked.service() as service:
        while service.index():
            pass
    for query in ("aside:thornby", 'around:"Corvid Data" AND title:wards'):
        assert stocked.run("search", query).exit_code == Exit.OK, query
    assert stocked.run("search", 'aside:"wards zorbiq"').exit_code == Exit.NOTHING_FOUND
    # words of two blocks are no phrase
    assert stocked.run("search", 'aside:"Thornby All"').exit_code == Exit.NOTHING_FOUND


def test_doctor_lists_what_was_cut_by_which_rule() -> None:
    lines = describe_asides((SPONSOR, MENU, LEFT))
    assert lines[0].startswith("set aside 2 blocks, 15 words")
    assert "  1 block in a menu" in lines
    assert any(SPONSOR.text in line and "on other pages" in line for line in lines)
    assert lines[-1].startswith("not kept")
