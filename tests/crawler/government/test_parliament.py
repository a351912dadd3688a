"""Parliament's APIs, polled in a child process from servers on loopback that behave like them."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.errors import NotAFeed, Unreadable
from crawler.government.hansard import read_contributions
from crawler.government.written_questions import read_list, read_question
from storage.model import FetchedPage, TextState
from tests.support.crawls import Crawls, a_source, utc_now
from tests.support.pages import a_fetched_page
from tests.support.servers.tenders import recently
from tests.support.site import Asked, FakeSite, Reply, head

QUESTIONS = "/api/writtenquestions/questions"
SPOKEN = "/search/contributions/Spoken.json"
LONG = "To ask the Secretary of State what she pays to Halcyon Health. " * 6 + "And to Corvid Data?"


def day(**ago: float) -> str:
    return f"{recently(**ago):%Y-%m-%d}T00:00:00"


def a_question(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "uin": str(70000 + number),
        "house": "Commons",
        "dateTabled": day(days=2),
        "dateForAnswer": day(days=-5),
        "questionText": f"<p>{LONG}</p>",
        "answeringBodyId": 17,
        "answeringBodyName": "Department of Fictional Health",
        "askingMember": {"name": "Ada Fenwick"},
        "isWithdrawn": False,
        "dateAnswered": None,
        "answerText": None,
        "heading": f"Ward systems {number}",
        **changes,
    }


def json_reply(body: object) -> bytes:
    sent = json.dumps(body).encode()
    said = {"Content-Type": "application/json", "Content-Length": str(len(sent))}
    return head(200, said) + sent


class FakeQuestions:
    """Lists cut texts off, ignore unknown parameters and the answering body, and come in pages."""

    def __init__(self, site: FakeSite, *, most: int = 100) -> None:
        self.site, self.most = site, most
        self.url = site.url(QUESTIONS)
        self.held: dict[int, dict[str, Any]] = {}
        site.behave(QUESTIONS, Reply(self._list))

    def hold(self, question: dict[str, Any]) -> None:
        self.held[question["id"]] = question
        self.site.behave(
            f"{QUESTIONS}/{question['id']}",
            Reply(lambda to, asked, closing: to.sendall(json_reply({"value": question}))),
        )

    def _list(self, to: socket.socket, asked: Asked, closing: threading.Event) -> None:
        query = {name: said[0] for name, said in parse_qs(urlsplit(asked.path).query).items()}
        found = list(self.held.values())
        for name, bound in (("dateTabled", "tabledWhenFrom"), ("dateAnswered", "answeredWhenFrom")):
            if bound in query:
                found = [one for one in found if (one[name] or "") >= query[bound]]
        skip = int(query["skip"])
        results = [
            {
                "value": {
                    **one,
                    "questionText": one["questionText"][:255],
                    "answerText": one["answerText"] and one["answerText"][:258],
                }
            }
            for one in found[skip : skip + min(self.most, int(query["take"]))]
        ]
        to.sendall(json_reply({"totalResults": len(found), "results": results}))


def a_page(body: object, url: str = "https://api.example/x") -> FetchedPage:
    said = json.dumps(body)
    return a_fetched_page(said, url, content_type="application/json", fetched_at=utc_now())


def test_a_question_is_held_whole_though_the_list_cuts_it_off(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeQuestions(site)
    service.hold(a_question(1))

    crawls.run(a_source("questions", service.url, kind="parliament"))

    (item,) = crawls.items()
    assert (item.kind, item.text_state) == ("question", TextState.FULL)
    assert item.title == "Ward systems 1"
    assert "And to Corvid Data?" in item.body
    assert item.url is not None
    shown = (
        f"https://questions-statements.parliament.uk/written-questions/detail/{day(days=2)[:10]}"
    )
    assert item.url == f"{shown}/70001"
    assert item.authors == ("Ada Fenwick",)


def test_an_answer_is_a_revision_of_the_question_also_when_that_was_tabled_long_ago(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeQuestions(site)
    service.hold(a_question(1))
    source = a_source("questions", service.url, kind="parliament")
    crawls.run(source)
    answer = "<p>" + "No payments are held centrally. " * 12 + "Tidewater Notes was paid.</p>"
    service.hold(a_question(1, dateAnswered=day(), answerText=answer))

    report = crawls.run(source).report("questions")
    again = crawls.run(source).report("questions")

    (item,) = crawls.items()
    assert item.revision == 2
    assert "Tidewater Notes was paid." in item.body
    assert report["new"] == 0
    assert (again["new"], again["revised"]) == (0, 0)


def test_pages_of_a_list_are_asked_for_until_all_have_come_and_bodies_are_filtered_here(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeQuestions(site, most=2)
    for number in range(1, 6):
        service.hold(a_question(number))
    service.hold(a_question(6, answeringBodyId=99))
    source = a_source("questions", f"{service.url}?answeringBodies=17", kind="parliament")

    report = crawls.run(source).report("questions")

    assert report["errors"] == []
    assert {item.title for item in crawls.items()} == {f"Ward systems {n}" for n in range(1, 6)}


def test_contributions_come_whole_and_page_by_page(site: FakeSite, crawls: Crawls) -> None:
    said = [
        {
            "MemberName": "Ada Fenwick",
            "AttributedTo": "Ada Fenwick (Fenmoor) (Ind)",
            "ContributionText": "I rise to",
            "ContributionTextFull": f"<p>I rise to speak of Corvid Data, part {number}.</p>",
            "ContributionExtId": f"EXT-{number}",
            "DebateSection": "Ward Systems",
            "DebateSectionExtId": "SECTION-1",
            "SittingDate": day(days=1),
            "House": "Commons",
        }
        for number in range(3)
    ]

    def reply(to: socket.socket, asked: Asked, closing: threading.Event) -> None:
        skip = int(parse_qs(urlsplit(asked.path).query)["queryParameters.skip"][0])
        to.sendall(json_reply({"TotalResultCount": 3, "Results": said[skip : skip + 2]}))

    site.behave(SPOKEN, Reply(reply))
    source = a_source("spoken", site.url(SPOKEN), kind="parliament")
    crawls.run(source)
    again = crawls.run(source).report("spoken")

    items = crawls.items()
    assert len(items) == 3
    assert {item.kind for item in items} == {"hansard"}
    assert all(item.text_state is TextState.FULL for item in items)
    assert "I rise to speak of Corvid Data, part 2." in "\n".join(item.body for item in items)
    assert (again["new"], again["revised"]) == (0, 0)


def test_the_state_of_a_question_is_marked() -> None:
    question = a_question(1, isWithdrawn=True, answerIsHolding=True)

    text = read_question(a_page({"value": question})).text

    assert "Status: withdrawn" in text
    assert "Status: holding answer" in text


@pytest.mark.parametrize(
    ("body", "field"),
    [({"results": []}, "totalResults"), ({"totalResults": 1}, "results")],
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_a_list_that_lacks_a_field_names_it(body: object, field: str) -> None:
    with pytest.raises(NotAFeed, match=f"has no {field}"):
        read_list("https://api.example/x", a_page(body), source_key="questions")


def test_a_question_without_a_text_names_the_field() -> None:
    with pytest.raises(Unreadable, match="no questionText"):
        read_question(a_page({"value": {"id": 1}}))


def test_a_search_that_gives_four_of_each_is_refused_with_the_mend() -> None:
    with pytest.raises(NotAFeed, match=r"use /search/contributions/Spoken\.json"):
        read_contributions("https://api.example/search.json", a_page({}), source_key="spoken")
