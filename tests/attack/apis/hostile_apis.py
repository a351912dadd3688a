"""Answers of APIs, sitemaps and feeds that are deep, long, of wrong types, or never end."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.attack.party import Made, Party
from tests.attack.press.hostile_pages import MB
from tests.support.site import Asked, Reply, answer, head

JSON = "application/json"
DEEP = 200_000
RECENTLY = f"{datetime.now(UTC) - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
WRONG: tuple[Any, ...] = (None, True, -1, 1e300, "", "\x00", "x" * 1000, [], [[]], {}, {"id": []})


def as_json(make: Callable[[], str]) -> Made:
    """An answer that is made when it is needed."""
    return lambda: answer(make(), content_type=JSON)


def paged(make: Callable[[dict[str, list[str]], str], str]) -> Made:
    """An answer made from the query and the address of each request."""

    def write(connection: socket.socket, asked: Asked, _: threading.Event) -> None:
        address = f"http://{asked.headers['host']}{asked.path}"
        body = make(parse_qs(urlsplit(asked.path).query), address).encode()
        said = {"Content-Type": JSON, "Content-Length": str(len(body))}
        connection.sendall(head(200, said) + body)

    return lambda: Reply(write)


def a_release(number: int, **more: Any) -> dict[str, Any]:
    """A release that the readers' watches find."""
    return {
        "ocid": f"ocds-h6vhtk-{number}",
        "id": f"{number}-2026",
        "date": RECENTLY,
        "tag": ["tender"],
        "tender": {"title": f"Halcyon lot {number}", "description": "Replacement by Halcyon."},
        "buyer": {"id": "1", "name": "Fenmoor NHS Trust"},
        **more,
    }


def package(releases: Iterable[Any], **more: Any) -> str:
    """A release package."""
    return json.dumps({"releases": list(releases), **more})


def deep_release() -> str:
    """A release between two others with a value nested 200,000 deep."""
    text = package([a_release(1), a_release(2, title="@"), a_release(3)])
    return text.replace('"@"', '{"a":' * DEEP + "1" + "}" * DEEP)


def wrong_releases() -> str:
    """A release for each field and each value that no service should write there."""
    names = ("id", "date", "language", "tag", "tender", "buyer", "parties", "awards", "contracts",
             "planning", "title", "description")  # fmt: skip
    every = [a_release(n, **{name: value}) for n, name in enumerate(names) for value in WRONG]
    return package([*every, *WRONG])


def never_ending(query: dict[str, list[str]], address: str) -> str:
    """A page whose link goes on to another one, for ever."""
    number = int(query.get("cursor", ["0"])[0])
    host = urlsplit(address)
    following = f"{host.scheme}://{host.netloc}{host.path}?cursor={number + 1}"
    return package([a_release(number)], links={"next": following})


def questions(results: Iterable[Any], total: Any = None) -> str:
    """A list of written questions."""
    listed = list(results)
    return json.dumps({"results": listed, "totalResults": len(listed) if total is None else total})


def a_question(number: int, **more: Any) -> dict[str, Any]:
    """A written question, as it is listed."""
    return {
        "value": {
            "id": number,
            "uin": str(number),
            "dateTabled": RECENTLY,
            "questionText": f"What does she pay to Halcyon, part {number}?",
            "heading": f"Halcyon {number}",
            **more,
        }
    }


def contributions(results: Iterable[Any], total: Any = None) -> str:
    """A page of Hansard's search."""
    listed = list(results)
    total = len(listed) if total is None else total
    return json.dumps({"Results": listed, "TotalResultCount": total})


def a_contribution(number: int, **more: Any) -> dict[str, Any]:
    """A contribution to a debate."""
    return {
        "ContributionExtId": f"c{number}",
        "ContributionTextFull": f"Halcyon has the wards of number {number}.",
        "DebateSectionExtId": "d",
        "DebateSection": "Wards",
        "SittingDate": RECENTLY,
        "House": "Commons",
        **more,
    }


def json_feed(items: Iterable[Any], **more: Any) -> str:
    """A JSON Feed."""
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "T", "items": list(items), **more})


def an_item(number: int, **more: Any) -> dict[str, Any]:
    """An item of a JSON Feed."""
    return {"id": str(number), "title": f"Halcyon {number}", "content_text": "Halcyon.", **more}


def deep_in(text: str) -> str:
    """The same with what is marked by "@" nested 200,000 deep."""
    return text.replace('"@"', "[" * DEEP + "]" * DEEP)


TENDERS: dict[str, Made] = {
    "deep": as_json(deep_release),
    "60000": as_json(lambda: package(a_release(n) for n in range(60_000))),
    "value-10mb": as_json(lambda: package([a_release(1, title="Halcyon " * (10 * MB // 8))])),
    "party-10mb": as_json(
        lambda: package([a_release(1, parties=[{"id": "1", "name": "n" * 10 * MB}])])
    ),
    "parties-100000": as_json(
        lambda: package(
            [a_release(1, parties=[{"id": str(n), "name": f"Trust {n}"} for n in range(100_000)])]
        )
    ),
    "one-process-20000": as_json(
        lambda: package(a_release(n, ocid="ocds-h6vhtk-1") for n in range(20_000))
    ),
    "dates": as_json(
        lambda: package(
            a_release(n, date=date, tender={"title": "Halcyon", "tenderPeriod": {"endDate": date}})
            for n, date in enumerate(
                (
                    "0001-01-01T00:00:00Z",
                    "0001-01-01T00:00:00+14:00",
                    "9999-12-31T23:59:59-12:00",
                    "-0044-03-15",
                    "0000-00-00",
                    "9" * 5000,
                )
            )
        )
    ),
    "wrong-types": as_json(wrong_releases),
    "null-bytes": as_json(lambda: package(a_release(n, title="\x00" * n) for n in range(2_000))),
    "next-never-ends": paged(never_ending),
    "next-repeats": as_json(
        lambda: package([a_release(1)], links={"next": "http://127.0.1.1/?cursor=same"})
    ),
    "cut-short": as_json(lambda: package(a_release(n) for n in range(20_000))[: 3 * MB]),
}
QUESTIONS: dict[str, Made] = {
    "deep": as_json(lambda: deep_in(questions([a_question(1), a_question(2, house="@")]))),
    "60000": as_json(lambda: questions(a_question(n) for n in range(60_000))),
    "text-10mb": as_json(
        lambda: questions([a_question(1, questionText="Halcyon " * (10 * MB // 8))])
    ),
    "wrong-types": as_json(
        lambda: questions(
            [
                *WRONG,
                *(
                    a_question(n, **{name: value})
                    for n, name in enumerate(("uin", "dateTabled", "heading", "askingMember"))
                    for value in WRONG
                ),
            ]
        )
    ),
    "pages-never-end": paged(
        lambda query, _: questions(
            (a_question(int(query["skip"][0]) + n) for n in range(100)), 10**9
        )
    ),
    "pages-repeat": as_json(lambda: questions((a_question(n) for n in range(100)), 10**9)),
    "total-huge": as_json(lambda: questions([a_question(1)]).replace(": 1}", f": {'9' * 5000}}}")),
}
SPOKEN: dict[str, Made] = {
    "deep": as_json(lambda: deep_in(contributions([a_contribution(1, House="@")]))),
    "60000": as_json(lambda: contributions(a_contribution(n) for n in range(60_000))),
    "wrong-types": as_json(
        lambda: contributions(
            [
                *WRONG,
                *(
                    a_contribution(n, **{name: value})
                    for n, name in enumerate(a_contribution(1))
                    for value in (*WRONG, "\ud83d")
                ),
            ]
        )
    ),
    # each page within the limit of a body, all together 600 MB
    "pages-10mb": paged(
        lambda query, _: contributions(
            [
                a_contribution(
                    int(query["queryParameters.skip"][0]),
                    ContributionTextFull="Halcyon. " * (10 * MB // 9),
                )
            ],
            10**9,
        )
    ),
}
ITEMS: dict[str, Made] = {
    "deep": as_json(lambda: deep_in(json_feed([an_item(1), an_item(2, tags="@"), an_item(3)]))),
    "deep-id": as_json(lambda: deep_in(json_feed([an_item(1, id="@")]))),
    "wrong-types": as_json(
        lambda: json_feed(
            [
                *WRONG,
                *(
                    an_item(n, **{name: value})
                    for n, name in enumerate(("id", "url", "title", "tags", "authors", "author"))
                    for value in WRONG
                ),
            ]
        )
    ),
    "authors-300000": as_json(lambda: json_feed([an_item(1, authors=[{"name": "A"}] * 300_000)])),
}


def part_of_sitemap(make: Callable[[], str]) -> Made:
    """A sitemap that is made when it is needed."""
    return lambda: answer(make(), content_type="text/xml")


def entities() -> str:
    """A sitemap whose entities stand for a thousand million letters."""
    names = "abcdefghi"
    declared = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    return (
        f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "halcyon">{declared}]>'
        "<urlset><url><loc>http://127.0.1.1/&i;</loc></url></urlset>"
    )


SITEMAPS: dict[str, Made] = {
    "entities": part_of_sitemap(entities),
    "names-itself": part_of_sitemap(
        lambda: "<sitemapindex><sitemap><loc>/feed.xml</loc></sitemap></sitemapindex>"
    ),
    "loc-10mb": part_of_sitemap(
        lambda: f"<urlset><url><loc>http://127.0.1.1/{'a' * 10 * MB}</loc></url></urlset>"
    ),
    "fields-200000": part_of_sitemap(
        lambda: f"<urlset><url>{'<loc>/a</loc>' * 200_000}</url></urlset>"
    ),
    "news-deep": part_of_sitemap(
        lambda: (
            f"<urlset><url><loc>/a</loc>{'<news>' * 100_000}{'</news>' * 100_000}</url></urlset>"
        )
    ),
}


def _parties(kind: str, prefix: str, path: str, made: dict[str, Made]) -> list[Party]:
    return [
        Party(key=f"{prefix}-{name}", kind=kind, path=path, listing=one)
        for name, one in made.items()
    ]


PARTIES: tuple[Party, ...] = (
    *_parties("tenders", "tenders", "/Notices/OCDS/Search", TENDERS),
    *_parties("parliament", "questions", "/api/writtenquestions/questions", QUESTIONS),
    *_parties("parliament", "spoken", "/search/contributions/Spoken.json", SPOKEN),
    *_parties("feed", "json", "/feed.xml", ITEMS),
    *_parties("sitemap", "sitemap", "/feed.xml", SITEMAPS),
    Party(
        key="links-700000",
        kind="page",
        declared='[source.select]\nentry = "a"\n',
        listing=lambda: answer("".join(f'<a href="/{n}">H</a>' for n in range(700_000))),
    ),
)
