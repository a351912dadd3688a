"""Each watch as an Atom feed: over HTTP to those who have its address, and as a file."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from supplierwatch.exports.atom import FeedAddresses, render_watch_feed
from supplierwatch.service.service import Service
from supplierwatch.service.watch_feeds import WatchFeeds
from supplierwatch.web.server import WebServer
from tests.supplierwatch.instance import BODY, SETTINGS, Instance, an_article, an_instance

HOME = "https://watch.trust.example"
ATOM = "{http://www.w3.org/2005/Atom}"


class Published:
    """A instance whose service answers with feeds."""

    def __init__(self, instance: Instance, service: Service, server: WebServer) -> None:
        self.instance = instance
        self.service = service
        assert server.address is not None
        self._address = server.address

    def path(self, watch: str = "halcyon-trusts") -> str:
        """The path of a watch's feed, as the command says it."""
        found = {one["watch"]: one["url"] for one in self.instance.json("feeds")["feeds"]}
        assert found[watch].startswith(f"{HOME}/feeds/{watch}/")
        return urlsplit(found[watch]).path

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection(*self._address, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            said = {k.lower(): v for k, v in answer.getheaders()}
            return answer.status, said, answer.read()


def a_feed(instance: Instance, service: Service) -> feedparser.FeedParserDict:
    """The feed of halcyon-trusts as a feed reader has it, made anew."""
    with service.store.reading() as unit:
        body = render_watch_feed(unit, service.in_force.context, "halcyon-trusts", FeedAddresses())
    assert etree.fromstring(body).tag == f"{ATOM}feed"
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    return parsed


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    settings = SETTINGS.format(data=made.data)
    made.write(
        "settings.toml",
        settings.replace("[service]", f'[service]\nfeeds = true\npublic_url = "{HOME}"'),
    )
    return made


@pytest.fixture
def service(instance: Instance) -> Iterator[Service]:
    with instance.service() as made:
        yield made


@pytest.fixture
def published(instance: Instance, service: Service) -> Iterator[Published]:
    server = WebServer(lambda: {"status": "ok"}, listen="127.0.0.1:0", feeds=WatchFeeds(service))
    server.start()
    yield Published(instance, service, server)
    server.stop()


def test_a_feed_reader_gets_the_stories_with_their_reasons(published: Published) -> None:
    published.instance.stores(an_article())
    code, headers, body = published.ask(published.path())
    assert code == 200
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(body)
    [entry] = feed.entries
    assert feed.feed.title == "halcyon-trusts: media watch"
    assert entry.title == "Millbrook pauses its Halcyon roll-out"
    assert entry.link == "https://ward-ledger.example/2026/millbrook"
    assert entry.author == "The Ward Ledger"
    assert "<b>trust</b>" in entry.content[0].value
    assert "Found: Halcyon" in entry.content[0].value
    self_link = next(one.href for one in feed.feed.links if one.rel == "self")
    assert self_link == HOME + published.path()


def test_who_asks_again_is_told_that_nothing_changed(published: Published) -> None:
    published.instance.stores(an_article())
    _, headers, _ = published.ask(published.path())
    again = published.ask(published.path(), **{"If-None-Match": f'"other", W/{headers["etag"]}'})
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize("change", ["watch", "signature", "both"])
def test_an_address_cannot_be_guessed_or_bent_to_another_watch(
    published: Published, change: str
) -> None:
    published.instance.stores(an_article())
    _, _, watch, signed = published.path().split("/")
    if change != "signature":
        watch = "no-board"
    if change != "watch":
        signed = ("A" if signed[0] != "A" else "B") + signed[1:]
    assert published.ask(f"/feeds/{watch}/{signed}")[0] == 404
    assert published.ask("/feeds/nothing/AAAA.atom")[0] == 404


def test_an_outlet_that_joins_a_story_changes_its_entry_and_makes_no_other(
    instance: Instance, service: Service
) -> None:
    instance.stores(an_article())
    [first] = a_feed(instance, service).entries
    instance.stores(
        an_article(
            "copy", source_key="trolley", url="https://trolley.example/1", body=f"{BODY} More soon."
        )
    )
    [both] = a_feed(instance, service).entries
    assert both.id == first.id
    assert both.updated >= first.updated
    assert "trolley" in both.content[0].value


def test_hostile_texts_are_text(instance: Instance, service: Service) -> None:
    evil = "Halcyon \x0b<script>alert(1)</script>\u202e trust ]]>"
    instance.stores(an_article("evil", title=evil, body=f"{evil} trust. {BODY}"))
    [entry] = a_feed(instance, service).entries
    with service.store.reading() as unit:
        body = render_watch_feed(
            unit, service.in_force.context, "halcyon-trusts", FeedAddresses()
        ).decode()
    assert "<script" not in body
    assert "&lt;script&gt;" in body
    assert "\u202e" not in body
    assert "alert(1)" in entry.title


def test_files_are_written_when_something_was_found_and_only_then(
    instance: Instance, service: Service
) -> None:
    desk = WatchFeeds(service)
    assert desk.write() == 0
    instance.stores(an_article())
    assert desk.write() == 1
    [file] = (instance.data / "feeds").iterdir()
    assert file.name == "halcyon-trusts.atom"
    assert feedparser.parse(file.read_bytes()).entries[0].title.startswith("Millbrook pauses")
    assert desk.write() == 0
    assert WatchFeeds(service).write() == 0, "after a start what is written is not written again"
    instance.stores(an_article("second", title="Second trust for Halcyon", body=f"Two. {BODY}"))
    assert desk.write() == 1
    assert len(feedparser.parse(file.read_bytes()).entries) == 1, "a copy of the first"


def test_no_files_are_written_unless_asked_for(instance: Instance) -> None:
    instance.write("settings.toml", SETTINGS.format(data=instance.data))
    with instance.service() as service:
        instance.stores(an_article())
        assert WatchFeeds(service).write() == 0
    assert not (instance.data / "feeds").exists()
    shown = instance.run("feeds")
    assert shown.exit_code == 0
    assert "feeds = true" in shown.output
