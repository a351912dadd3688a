"""What the API answers: pages of mentions, search, articles, problems, conditional requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from supplierwatch.desk.api import routing
from tests.desk.api.api_client import ApiClient, client, problem_of
from tests.desk.browser import RunningDesk, running_desk
from tests.supplierwatch.instance import an_article
from tests.support.builders import a_message_to_send

TITLES = ["Halcyon trust opens wards", "Halcyon trust closes wards", "Halcyon trust moves beds"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """Three articles: the first was edited once."""
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        for at, title in enumerate(TITLES):
            made.instance.stores(an_article(f"a{at}", title=title, body=f"Halcyon trust. {title}."))
        made.instance.stores(an_article("a0", title="Halcyon trust opens no wards"))
        made.clock.advance(timedelta(minutes=1))  # past what was stored since it was made
        yield made


@pytest.fixture(scope="module")
def api(desk: RunningDesk) -> ApiClient:
    return client(desk)


def test_pages_of_mentions_follow_by_cursor_and_link(api: ApiClient) -> None:
    every = [each["mention"] for each in api.json("/mentions")["mentions"]]
    assert len(every) == len(set(every)) > 3
    path: str | None = "/mentions?limit=2"
    read: list[int] = []
    while path is not None:
        page = api.ask(path)
        document = api.json(path)
        read += [each["mention"] for each in document["mentions"]]
        assert len(document["mentions"]) <= 2
        link = page.headers.get("link")
        assert (link is None) == (document["next"] is None)
        path = None
        if link is not None:
            found = re.fullmatch(r'<(/api/v1/mentions\?limit=2&cursor=[\w-]+)>; rel="next"', link)
            assert found is not None, link
            path = found[1]
            assert document["next"] in path
    assert read == every


def test_what_comes_between_two_pages_shifts_none(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        desk.people()
        api = client(desk)
        for at, title in enumerate(TITLES):
            desk.instance.stores(an_article(f"a{at}", title=title))
        every = [each["mention"] for each in api.json("/mentions")["mentions"]]
        first = api.json("/mentions?limit=1")
        desk.instance.stores(an_article("later", title="Halcyon trust, later"))
        rest = api.json(f"/mentions?cursor={first['next']}")
        assert [each["mention"] for each in [*first["mentions"], *rest["mentions"]]] == every


def test_mentions_are_filtered_by_watch_and_time(desk: RunningDesk, api: ApiClient) -> None:
    def watches(query: str) -> set[str]:
        return {each["watch"] for each in api.json(f"/mentions?{query}")["mentions"]}

    assert watches("") == {"halcyon-trusts", "no-board"}
    assert watches("watch=no-board") == {"no-board"}
    assert watches("watch=no-board&watch=halcyon-trusts") == {"halcyon-trusts", "no-board"}
    assert watches("watch=former") == set()
    tomorrow = quote((desk.clock() + timedelta(days=1)).isoformat())
    assert watches(f"since={tomorrow}") == set()
    assert watches(f"until={tomorrow}") == {"halcyon-trusts", "no-board"}
    assert watches("until=2001-01-01") == set()
    assert watches("since=1971-01-01T00:00:00%2B14:00") == {"halcyon-trusts", "no-board"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=", "limit"),
        ("limit=1e1", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("since=yesterday", "since"),
        ("since=2026-02-30", "since"),
        ("since=2026-11-23T07:30:00", "since"),
        ("since=2026-11-23T07:30:00+01:00", "since"),
        ("since=0001-01-01T00:00:00%2B14:00", "since"),
        ("since=9999-12-31T23:59:59-14:00", "since"),
        ("since=1970-12-31", "since"),
        ("since=9000-01-01", "since"),
        ("since=2026-W01-1", "since"),
        ("until=20260101", "until"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 200, "cursor"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OS4x", "cursor"),
        ("watch=" + "x" * 65, "watch"),
        ("watch=%00", "watch"),
        ("wacth=corvid", "wacth"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    api: ApiClient, query: str, parameter: str
) -> None:
    page = api.ask(f"/mentions?{query}")
    assert page.code == 400
    [error] = problem_of(page)["errors"]
    assert error["parameter"] == parameter
    assert len(page.text) < 2_000


@pytest.mark.parametrize("query", ["%ff=1", "since=%ff", "&".join(f"a{n}=1" for n in range(200))])
def test_a_query_string_that_is_none_is_refused(api: ApiClient, query: str) -> None:
    page = api.ask(f"/mentions?{query}")
    assert page.code == 400
    assert ("100 fields" in problem_of(page)["title"] + page.text) == (query.count("&") > 100)


def test_search_finds_and_sorts_and_is_bounded(api: ApiClient) -> None:
    found = api.json("/search?q=halcyon+AND+wards")
    assert {each["title"] for each in found["found"]} == {
        "Halcyon trust opens no wards",
        "Halcyon trust closes wards",
    }
    assert found["complete"]
    assert all(each["why"]["words"] for each in found["found"])
    assert len(api.json("/search?q=halcyon&limit=1")["found"]) == 1
    assert api.json("/search?q=halcyon&sort=relevance")["found"]
    assert api.json("/search?q=halcyon&since=2999-01-01")["found"] == []


def test_a_query_that_cannot_be_read_says_where_and_how_to_mend_it(api: ApiClient) -> None:
    problem = problem_of(api.ask("/search?q=halcyon+AND+("))
    assert problem["status"] == 400
    assert problem["column"] > 1
    assert problem["hint"]
    assert "^" in problem["caret"]
    assert problem_of(api.ask("/search"))["errors"] == [
        {"parameter": "q", "message": "it is missing"}
    ]
    assert problem_of(api.ask("/search?q=+"))["errors"][0]["message"] == "it is empty"


def test_an_article_says_its_text_its_watches_and_its_versions(api: ApiClient) -> None:
    found = api.json("/items/1")
    assert found["texts"]["title"] == "Halcyon trust opens no wards"
    verdicts = {each["watch"]: each["verdict"] for each in found["watches"]}
    assert verdicts["halcyon-trusts"] == "pending"
    assert verdicts["corvid"] == "no"
    [told] = [each for each in found["watches"] if each["watch"] == "halcyon-trusts"]
    for span in told["why"]["spans"]:
        text = found["texts"][span["field"]][span["start"] : span["end"]]
        assert text.lower() in ("halcyon", "halcyon health", "trust", "trusts")
    assert [each["number"] for each in found["versions"]] == [1, 2]
    assert "text" not in found["versions"][0]
    first = api.json("/items/1/versions/1")
    assert first["title"] == TITLES[0]
    assert TITLES[0] in first["text"]
    assert api.json("/items/1/versions/2")["changes"]


@pytest.mark.parametrize(
    "path",
    [
        *("items/99", "items/0", "items/x", "items/%00", "items/-1", "items/" + "9" * 30),
        *("items/1/versions/3", "items/1/versions/0", "items/99/versions/1", "watches/none"),
        *("watches/%00", "watches/" + "x" * 300, "watches/%20"),
    ],
)
def test_what_is_not_there_is_missing(api: ApiClient, path: str) -> None:
    assert problem_of(api.ask(f"/{path}"))["status"] == 404


def test_watches_have_their_volumes_and_versions(api: ApiClient) -> None:
    rows = {row["key"]: row for row in api.json("/watches")["watches"]}
    assert set(rows) == {"halcyon-trusts", "no-board", "corvid"}
    assert sum(rows["halcyon-trusts"]["weeks"]) == 3
    assert rows["corvid"]["last_found_at"] is None
    one = api.json("/watches/halcyon-trusts")
    assert [each["version"] for each in one.pop("versions")] == [1]
    assert one == rows["halcyon-trusts"]


def test_messages_are_read_page_by_page_and_by_state(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        desk.people()
        api = client(desk)
        with desk.service.store.transaction() as unit:
            for at in range(3):
                unit.outbox.enqueue(a_message_to_send(f"key-{at}"), desk.clock())
        every = [each["id"] for each in api.json("/messages")["messages"]]
        first = api.json("/messages?limit=1")
        rest = api.json(f"/messages?cursor={first['next']}")
        assert len(every) == 3
        assert [each["id"] for each in [*first["messages"], *rest["messages"]]] == every
        assert api.json("/messages?state=dead")["messages"] == []
        assert len(api.json("/messages?state=dead&state=queued")["messages"]) == 3
        assert problem_of(api.ask("/messages?state=lost"))["status"] == 400


def test_a_document_that_the_client_has_is_not_sent_again(api: ApiClient) -> None:
    page = api.ask("/mentions")
    tag = page.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = api.ask("/mentions", If_None_Match=known)
        assert (again.code, again.text, again.headers["etag"]) == (304, "", tag)
    assert api.ask("/mentions", If_None_Match='"other"').code == 200
    assert api.ask("/mentions?limit=1").headers["etag"] != tag


def test_a_document_that_changed_has_another_tag(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        desk.people()
        api = client(desk)
        tag = api.ask("/mentions").headers["etag"]
        desk.instance.stores(an_article("a1"))
        page = api.ask("/mentions", If_None_Match=tag)
        assert page.code == 200
        assert page.headers["etag"] != tag


def test_head_answers_as_get_without_the_document(api: ApiClient) -> None:
    page = api.ask("/sources", method="HEAD")
    assert (page.code, page.text) == (200, "")
    assert page.headers["etag"] == api.ask("/sources").headers["etag"]


def test_answers_are_kept_by_no_shared_cache_and_run_nothing(api: ApiClient) -> None:
    for path in ("/mentions", "/nothing"):
        headers = api.ask(path).headers
        assert "public" not in headers["cache-control"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "Authorization" in headers["vary"]
        assert "access-control-allow-origin" not in headers


def test_an_answer_that_is_too_large_is_refused(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "MAX_ANSWER", 100)
    assert problem_of(api.ask("/mentions"))["status"] == 413


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        desk.people()
        api = client(desk)
        assert api.ask("/me").code == 200
        with desk.service.store._engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE desk_token")
        page = api.ask("/mentions")
        assert page.code == 503
        assert page.headers["retry-after"]
        assert "desk_token" not in problem_of(page)["detail"]


def test_me_says_who_asks_by_token_or_session(desk: RunningDesk) -> None:
    found = client(desk, "reader").json("/me")
    assert (found["name"], found["token"]["label"]) == ("reader", "test")
    assert found["session_expires_at"] is None
    assert "swt_" not in str(found)
