"""The pages behind the links in messages, over HTTP, from a mail that the service wrote."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from supplierwatch.service.reader_requests import ReaderRequestHandler
from supplierwatch.service.service import Service
from supplierwatch.shell.exits import Exit
from supplierwatch.web.server import WebServer
from supplierwatch.wiring import load
from tests.supplierwatch.instance import SETTINGS, Instance, an_article, an_instance
from tests.support.clock import Clock
from tests.support.outgoing import assert_mail_is_clean, bodies

pytestmark = pytest.mark.slow  # each starts a server

HOME = "https://watch.trust.example"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service answered."""

    code: int
    headers: dict[str, str]
    body: str

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.body)
        return "" if found is None else found[1].replace("&#34;", '"')


def a_story(number: int) -> dict[str, object]:
    """What makes an article another story than the ones before."""
    words = " ".join(f"n{number}x{at}" for at in range(60))
    return {"title": f"Halcyon at trust {number}", "body": f"Halcyon told the trust: {words}."}


class Reached:
    """A running service, and the newest mail that it wrote."""

    def __init__(
        self, instance: Instance, service: Service, server: WebServer, clock: Clock
    ) -> None:
        self.instance = instance
        self.service = service
        assert server.address is not None
        self._address = server.address
        self._numbers = count(1)
        self._clock = clock

    def mail(self, kind: str = "digest") -> EmailMessage:
        newest = max((self.instance.data / "mail").glob(f"*-{kind}-*.eml"))
        return assert_mail_is_clean(newest.read_bytes())

    def link(self, after: str) -> str:
        """The address in the mail's text below these words."""
        found = re.search(rf"{after}\s+{HOME}(/c/\S+)", bodies(self.mail())[0])
        assert found, bodies(self.mail())[0]
        return found[1]

    def ask(
        self, path: str, method: str = "GET", body: str = "", content_type: str = FORM
    ) -> Answer:
        with closing(http.client.HTTPConnection(*self._address, timeout=10)) as connection:
            headers = {"Content-Type": content_type} if body else {}
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return Answer(
                code=answer.status,
                headers={k.lower(): v for k, v in answer.getheaders()},
                body=answer.read().decode(),
            )

    def told(self) -> int:
        """Store another article, and send what is due now; how many messages that made."""
        number = next(self._numbers)
        self.instance.stores(an_article(f"n{number}", **a_story(number)))
        self._clock.advance(timedelta(minutes=2))  # no two digests of one minute are cut
        with self.service.store.reading() as unit:
            everybody = [one.subscriber_id for one in unit.subscribers.all()]
        cut = self.service.tell(force=everybody)
        self.service.deliver()
        return cut


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[Reached]:
    instance = an_instance(tmp_path)
    settings = SETTINGS.format(data=instance.data).replace(
        "[service]", f'[operator]\nto = "it@trust.example"\n[service]\npublic_url = "{HOME}"'
    )
    instance.write("settings.toml", settings)
    clock = Clock(datetime.now(UTC))
    with instance.store() as store:
        service = Service(load(instance.config, {}), store, clock=clock, owner="test")
        server = WebServer(
            lambda: {"status": "ok"}, listen="127.0.0.1:0", readers=ReaderRequestHandler(service)
        )
        server.start()
        made = Reached(instance, service, server, clock)
        assert made.told() == 1
        yield made
        server.stop()


def test_following_a_link_changes_nothing(reached: Reached) -> None:
    for words, question in (
        ("Unsubscribe from morning:", "Unsubscribe?"),
        ("Mute it for 7 days:", "Mute “halcyon-trusts” for 7 days?"),
        (r"Not relevant\?", "Not relevant?"),
    ):
        for _ in range(3):
            answer = reached.ask(reached.link(words))
            assert (answer.code, answer.heading) == (200, question)
        assert reached.ask(reached.link(words), "HEAD").code == 200
    assert reached.told() == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ONE_CLICK, FORM), (MULTIPART, "multipart/form-data; boundary=x"), ("do=1", FORM)],
    ids=["one-click", "one-click-multipart", "our-button"],
)
def test_the_address_of_the_header_unsubscribes_with_one_post(
    reached: Reached, body: str, content_type: str
) -> None:
    header = reached.mail()["List-Unsubscribe"].split(",")[0].strip("<>")
    path = urlsplit(header).path
    first = reached.ask(path, "POST", body, content_type)
    assert (first.code, first.heading) == (200, "You have unsubscribed")
    again = reached.ask(path, "POST", body, content_type)
    assert (again.code, again.heading) == (200, "You have unsubscribed")
    assert reached.told() == 0


def test_the_operator_is_told_once_who_unsubscribed(reached: Reached) -> None:
    link = reached.link("Unsubscribe from morning:")
    for _ in range(3):
        reached.ask(link, "POST", ONE_CLICK)
    reached.service.deliver()
    assert reached.mail("operator")["Subject"] == (
        "comms@trust.example has unsubscribed from morning"
    )
    assert len(list((reached.instance.data / "mail").glob("*-operator-*.eml"))) == 1


def test_to_unsubscribe_can_be_undone_on_the_page(reached: Reached) -> None:
    link = reached.link("Unsubscribe from morning:")
    reached.ask(link, "POST", ONE_CLICK)
    answer = reached.ask(link, "POST", "undo=1")
    assert (answer.code, answer.heading) == (200, "Unsubscribe?")
    assert reached.told() == 1


def test_a_link_works_although_its_subscription_is_gone(reached: Reached) -> None:
    link = reached.link("Unsubscribe from morning:")
    reached.instance.write("subscriptions.toml", "# none")
    reached.service.put_in_force(reached.service.read_again({}))
    answer = reached.ask(link, "POST", ONE_CLICK)
    assert (answer.code, answer.heading) == (200, "You have unsubscribed")


def test_pages_say_whom_they_concern_and_hold_nothing_of_others(reached: Reached) -> None:
    answer = reached.ask(reached.link("Mute it for 7 days:"))
    assert "This concerns comms@trust.example, subscription morning." in answer.body
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "<script" not in answer.body


def test_a_hostile_headline_is_text_on_the_page(reached: Reached) -> None:
    evil = "<img src=x onerror=alert(1)> Halcyon trust"
    reached.instance.stores(an_article("evil", **a_story(99) | {"title": evil}))
    reached.told()
    text = bodies(reached.mail())[0]
    pages = [reached.ask(path).body for path in re.findall(rf"{HOME}(/c/\S+)", text)]
    assert any("&lt;img src=x" in page for page in pages)
    assert not any("<img" in page for page in pages)


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "..%2f..%2fhealth", "MTplbmQ6MTo6MA.AAAA"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_leads_nowhere(reached: Reached, token: str, method: str) -> None:
    answer = reached.ask(f"/c/{token}", method, ONE_CLICK if method == "POST" else "")
    assert answer.code == 404
    assert reached.told() == 1


def test_a_long_body_is_refused_and_changes_nothing(reached: Reached) -> None:
    link = reached.link("Unsubscribe from morning:")
    assert reached.ask(link, "POST", "x" * 40_000).code == 413
    assert reached.told() == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(reached: Reached, method: str) -> None:
    assert reached.ask(reached.link("Unsubscribe from morning:"), method).code == 405


def test_readers_lists_who_is_told_muted_and_gone(reached: Reached) -> None:
    instance = reached.instance
    reached.ask(reached.link("Mute it for 7 days:"), "POST", "do=1")
    shown = instance.run("readers").stdout
    assert "comms@trust.example  morning  active" in shown
    assert "halcyon-trusts is muted until" in shown
    [reader] = instance.json("readers")["readers"]
    assert reader["ended_at"] is None
    assert [mute["watch"] for mute in reader["muted"]] == ["halcyon-trusts"]

    reached.ask(reached.link("Unsubscribe from morning:"), "POST", ONE_CLICK)
    assert "comms@trust.example  morning  unsubscribed" in instance.run("readers").stdout
    assert instance.json("readers")["readers"][0]["ended_at"] is not None


def test_feedback_shows_what_was_not_relevant_and_the_words_that_found_it(
    reached: Reached,
) -> None:
    instance = reached.instance
    assert "No reader has marked anything as not relevant." in instance.run("feedback").stdout
    reached.ask(reached.link(r"Not relevant\?"), "POST", "do=1")
    shown = instance.run("feedback", "--watch", "halcyon-trusts")
    assert shown.exit_code == Exit.OK
    assert "halcyon-trusts: 1 of 1 mention not relevant" in shown.stdout
    assert "found by Halcyon" in shown.stdout
    [noted] = instance.json("feedback")["feedback"]
    assert noted["recipient"] == "comms@trust.example"
    assert "Halcyon" in noted["words"]
    assert instance.run("feedback", "--watch", "nothing").exit_code == Exit.USAGE
