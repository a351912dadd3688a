"""search, watches, sources and explain over a real archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.model import TextState
from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import BODY, Instance, an_article, an_instance

OLD_BODY = BODY.replace("paused", "begun")
MILLBROOK = "https://ward-ledger.example/2026/millbrook"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return an_instance(tmp_path)


@pytest.fixture
def stocked(instance: Instance) -> Instance:
    """An article that was there before, and one that came later."""
    with instance.service():
        pass  # takes the watches up: what comes now is new to them
    instance.stores(an_article("old", title="Halcyon opens", body=OLD_BODY), baseline=True)
    instance.stores(
        an_article(comments="A reader called Zorbiq disagrees.", alias_urls=(f"{MILLBROOK}-amp",)),
        an_article(
            "paywalled",
            source_key="trolley",
            url="https://trolley.example/paywalled",
            title="Corvid Data wins",
            summary="",
            body="",
            content_hash=None,
            text_state=TextState.THIN,
            thin_reason="HTTP 402",
        ),
    )
    return instance


def test_search_shows_the_sentence_that_hit(stocked: Instance) -> None:
    run = stocked.run("search", '"board papers"', "--limit", "1")
    assert run.exit_code == Exit.OK
    assert "according to the board papers." in " ".join(run.stdout.split())
    assert "Two other trusts" in run.stdout
    assert "Millbrook Hospitals" not in run.stdout


def test_search_says_at_least_where_it_stopped_at_its_limit(stocked: Instance) -> None:
    assert "At least 1 found" in stocked.run("search", "halcyon", "--limit", "1").stdout
    found = stocked.json("search", "halcyon", "--limit", "1")
    assert (found["complete"], len(found["found"])) == (False, 1)


def test_search_counts_what_it_looked_at(stocked: Instance) -> None:
    assert "2 items found (3 items stored)." in stocked.run("search", "halcyon").stdout


def test_search_is_newest_first_and_says_where_each_is_from(stocked: Instance) -> None:
    found = stocked.json("search", "halcyon")["found"]
    assert [item["url"].rsplit("/", 1)[1] for item in found] == ["millbrook", "old"]
    assert found[0]["source_name"] == "The Ward Ledger"


def test_search_leaves_comments_out_unless_asked(stocked: Instance) -> None:
    assert stocked.run("search", "zorbiq").exit_code == Exit.NOTHING_FOUND
    assert stocked.run("search", "comments:zorbiq").exit_code == Exit.OK


def test_search_takes_filters_alone(stocked: Instance) -> None:
    found = stocked.json("search", "site:trolley.example")["found"]
    assert [item["title"] for item in found] == ["Corvid Data wins"]
    assert found[0]["thin_reason"] == "HTTP 402"


def test_search_refuses_a_broken_query_and_shows_where(stocked: Instance) -> None:
    run = stocked.run("search", 'halcyon AND (trust OR "board')
    assert run.exit_code == Exit.USAGE
    assert "^" in run.stderr
    assert "fix:" in run.stderr
    assert "Traceback" not in run.stderr


def test_search_before_anything_is_stored_says_how_to_begin(instance: Instance) -> None:
    run = instance.run("search", "halcyon")
    assert run.exit_code == Exit.NOTHING_FOUND
    assert "supplierwatch crawl" in run.stderr
    assert not instance.data.exists(), "a question must not make a database"


def test_titles_cannot_write_to_the_terminal(stocked: Instance) -> None:
    stocked.stores(an_article("evil", title="Halcyon \x1b[2J\x1b]0;owned\x07 [bold]loud[/bold]"))
    run = stocked.run("search", "loud")
    assert "\x1b" not in run.stdout
    assert "[bold]loud[/bold]" in run.stdout


def test_watches_try_answers_as_search_does(stocked: Instance) -> None:
    query = "@halcyon AND millbrook"
    assert stocked.json("watches", "try", query) == stocked.json("search", query)


def test_watches_lists_what_each_found_and_who_is_told(stocked: Instance) -> None:
    listed = {watch["key"]: watch for watch in stocked.json("watches")["watches"]}
    assert listed["halcyon-trusts"]["mentions"] == 2
    assert listed["halcyon-trusts"]["subscriptions"] == ["morning"]
    assert listed["corvid"]["subscriptions"] == []
    assert "sent to nobody" in stocked.run("watches").stdout


def test_watches_before_anything_is_stored_lists_them_all(instance: Instance) -> None:
    assert [w["key"] for w in instance.json("watches")["watches"]] == [
        "halcyon-trusts",
        "no-board",
        "corvid",
    ]


def test_watches_add_writes_a_watch_that_works(stocked: Instance) -> None:
    run = stocked.run("watches", "add", "zorbiq", "-k", "Zorbiq Systems", "-k", "Orbital")
    assert run.exit_code == Exit.OK, run.output
    assert "Sent to nobody yet" in run.stdout
    added = next(w for w in stocked.json("watches")["watches"] if w["key"] == "zorbiq")
    assert "zorbiq systems" in added["query"].lower()
    assert stocked.run("check").exit_code == Exit.OK


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("halcyon-trusts", "x"), "there is a watch 'halcyon-trusts' already"),
        (("new", "a AND"), "fix:"),
        (("new",), "either a query or keywords"),
        (("new", "query", "-k", "word"), "either a query or keywords"),
    ],
    ids=["known key", "broken query", "neither", "both"],
)
def test_watches_add_refuses_and_leaves_the_file_as_it_was(
    instance: Instance, args: tuple[str, ...], said: str
) -> None:
    before = (instance.config / "watches.toml").read_text(encoding="utf-8")
    run = instance.run("watches", "add", *args)
    assert run.exit_code == Exit.USAGE
    assert said in run.stderr
    assert (instance.config / "watches.toml").read_text(encoding="utf-8") == before


def test_sources_are_listed_before_they_were_ever_polled(instance: Instance) -> None:
    assert {s["status"] for s in instance.json("sources")["sources"]} == {"new"}
    assert "2 never polled" in instance.run("sources").stdout


def test_explain_says_what_was_told_and_by_which_words(stocked: Instance) -> None:
    answer = stocked.json("explain", MILLBROOK)
    verdicts = {w["watch"]: w["verdict"] for w in answer["watches"]}
    assert verdicts == {"halcyon-trusts": "pending", "no-board": "no", "corvid": "no"}
    pending = answer["watches"][0]
    assert pending["tellings"][0]["recipient"] == "comms@trust.example"
    assert "Halcyon Health" in pending["why"]["words"]
    with stocked.service() as service:
        with service.store.reading() as unit:
            everyone = [s.subscriber_id for s in unit.subscribers.all()]
        service.tell(force=everyone)
        service.deliver()
    told = stocked.json("explain", MILLBROOK, "--watch", "halcyon-trusts")["watches"][0]
    assert (told["verdict"], told["tellings"][0]["state"]) == ("told", "sent")
    assert "sent: comms@trust.example (morning)" in stocked.run("explain", MILLBROOK).stdout


def test_explain_names_the_clause_that_failed(stocked: Instance) -> None:
    watches = {w["watch"]: w for w in stocked.json("explain", MILLBROOK)["watches"]}
    halcyon, board = watches["no-board"]["clauses"]
    assert (halcyon["holds"], board["holds"], board["excluded"]) == (True, False, True)
    assert board["words"] == ["board papers"]
    out = stocked.run("explain", MILLBROOK).stdout
    assert 'excluded by: NOT "board papers", because of “board papers”' in out
    assert 'missing: "corvid data"' in out


def test_explain_knows_an_article_by_its_other_addresses(stocked: Instance) -> None:
    assert stocked.json("explain", f"{MILLBROOK}?utm_source=x#top")["item"]["url"] == MILLBROOK
    assert stocked.json("explain", f"{MILLBROOK}-amp")["item"]["url"] == MILLBROOK
    assert "is a duplicate" in stocked.run("explain", f"{MILLBROOK}-amp").stdout
    assert "is a duplicate" not in stocked.run("explain", MILLBROOK).stdout


def test_explain_says_why_only_the_teaser_is_held(stocked: Instance) -> None:
    out = stocked.run("explain", "https://trolley.example/paywalled").stdout
    assert "title and teaser only: HTTP 402" in out
    assert "found, sent to nobody: no subscription has this watch" in " ".join(out.split())


def test_explain_says_that_a_baseline_is_never_told(stocked: Instance) -> None:
    answer = stocked.json("explain", "https://ward-ledger.example/2026/old")
    assert answer["watches"][0]["verdict"] == "baseline"
    assert answer["item"]["baseline"] is True


def test_explain_of_an_unknown_address_names_the_source_of_its_site(stocked: Instance) -> None:
    run = stocked.run("explain", "https://www.ward-ledger.example/unheard")
    assert run.exit_code == Exit.NOTHING_FOUND
    assert "Never seen" in run.stdout
    assert "ward-ledger is a source of this site" in run.stdout
    other = stocked.json("explain", "https://else.example/", code=Exit.NOTHING_FOUND)
    assert other["known"] is False


def test_an_unknown_key_is_answered_with_the_nearest(stocked: Instance) -> None:
    run = stocked.run("explain", MILLBROOK, "--watch", "halcyon-trust")
    assert run.exit_code == Exit.USAGE
    assert "Did you mean 'halcyon-trusts'?" in run.stderr


def test_explain_says_how_far_apart_words_stand_that_are_wanted_close(stocked: Instance) -> None:
    stocked.write(
        "watches.toml",
        """
[[watch]]
key = "close"
query = 'millbrook NEAR/3 concern'

[[watch]]
key = "exactly"
query = 'cs("TRUST")'
""",
    )
    stocked.write(
        "subscriptions.toml",
        '[[subscription]]\nto = ["a@b.example"]\nwatches = ["*"]\ncadence = "hourly"\n',
    )

    close, exactly = stocked.json("explain", MILLBROOK)["watches"]

    assert "words lie between, and 3 may" in close["clauses"][0]["why"]
    assert "only as “trust”" in exactly["clauses"][0]["why"]
    assert "words lie between" in " ".join(stocked.run("explain", MILLBROOK).stdout.split())
