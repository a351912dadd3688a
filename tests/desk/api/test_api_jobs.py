"""Jobs by the API: what can be read at an address, examinations, tests of channels, sending now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from storage.model import MessageState, Scope
from tests.crawler.polling.test_polls import publish
from tests.desk.api.api_client import ApiClient, client, problem_of
from tests.desk.api.test_api_writes import audit, post
from tests.desk.browser import RunningDesk
from tests.desk.forms import take_up
from tests.desk.groups.two_clients import two_clients
from tests.supplierwatch.instance import an_article
from tests.support.site import FakeSite

LONGEST = 120.0  # seconds; a busy machine


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as made:
        publish(made, range(3))
        yield made


def ended(program: ApiClient, started: Any) -> Any:
    """A job once it has ended."""
    end = time.monotonic() + LONGEST
    job = program.json(f"/jobs/{started['id']}")
    while job["running"] and time.monotonic() < end:
        time.sleep(0.1)
        job = program.json(f"/jobs/{started['id']}")
    assert not job["running"]
    return job


def start(program: ApiClient, path: str, body: Any, **headers: str) -> Any:
    page = post(program, path, body, **headers)
    assert page.code == 201, page.text
    made = program.json(page.headers["location"])
    assert made["id"] in page.text
    return made


def test_an_address_leads_to_its_feed_with_a_sample_and_is_added_as_it_was_found(
    desk: RunningDesk, site: FakeSite
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.page("/news", f"<html><head>{link}</head><body><p>Welcome</p></body></html>")
    program = client(desk, "editor")
    address = site.url("/news")
    job = ended(program, start(program, "/source-discoveries", {"address": address}))
    assert (job["kind"], job["subject"], job["succeeded"]) == ("discover", address, True)
    assert job["steps"]
    [found] = job["found"]
    assert (found["kind"], found["url"]) == ("feed", site.url("/feed.xml"))
    assert (found["entries"], found["declared"]) == (3, [])
    assert len(found["sample"]) == 3
    assert audit(desk) == [("address.examined", address, "editor")]

    draft = {name: found[name] for name in ("kind", "url", "select")}
    examined = ended(program, start(program, "/source-examinations", draft))
    assert examined["succeeded"], examined
    assert post(program, "/sources", {"key": "local", **draft}).code == 201
    take_up(desk)
    again = ended(program, start(program, "/source-discoveries", {"address": found["url"]}))
    assert again["found"][0]["declared"] == ["local"]
    examined = ended(program, start(program, "/source-examinations", {"source": "local"}))
    assert examined["succeeded"]
    assert audit(desk)[0] == ("source.examined", "local", "editor")


def test_a_request_that_is_sent_again_starts_no_second_job(
    desk: RunningDesk, site: FakeSite
) -> None:
    program = client(desk, "editor")
    body = {"address": site.url("/feed.xml")}
    first = start(program, "/source-discoveries", body, Idempotency_Key="a1")
    again = program.json("/source-discoveries", 201, method="POST", body=body, Idempotency_Key="a1")
    assert again["id"] == first["id"]
    assert len(audit(desk)) == 1
    ended(program, first)


def test_a_private_address_is_not_fetched(desk: RunningDesk, site: FakeSite) -> None:
    settings = desk.instance.config / "settings.toml"
    settings.write_text(settings.read_text().replace('allowed_hosts = ["127.0.0.0/8"]', ""))
    take_up(desk)
    program = client(desk, "editor")
    job = ended(program, start(program, "/source-discoveries", {"address": site.url("/feed.xml")}))
    assert job["found"] == []
    assert "allowed_hosts" in str(job["steps"])
    assert site.requests() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/source-discoveries", {"address": "ftp://x.example"}),
        ("/source-discoveries", {"address": "https://u:p@x.example"}),
        ("/source-examinations", {}),
        ("/source-examinations", {"source": "trolley", "url": "https://x.example"}),
        ("/source-examinations", {"source": "nobody"}),
        ("/source-examinations", {"url": "https://x.example", "kind": "gopher"}),
        ("/source-examinations", {"url": "a b"}),
        ("/channels/email/test", {"address": "nobody"}),
        ("/channels/email/test", {}),
    ],
)
def test_what_cannot_be_used_starts_no_job(desk: RunningDesk, path: str, body: Any) -> None:
    page = post(client(desk), path, body)
    assert page.code == 422
    assert problem_of(page)["errors"][0]["pointer"].startswith("#/")
    assert audit(desk) == []


def test_too_many_jobs_are_refused_and_leave_the_key_free(
    desk: RunningDesk, site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = client(desk, "editor")
    body = {"address": site.url("/feed.xml")}
    with monkeypatch.context() as patched:
        patched.setattr("supplierwatch.desk.background_jobs.jobs.MAX_RUNNING", 0)
        page = post(program, "/source-discoveries", body, Idempotency_Key="k")
    assert page.code == 409
    assert page.headers["retry-after"] == "60"
    assert "running already" in problem_of(page)["detail"]
    assert audit(desk) == []
    ended(program, start(program, "/source-discoveries", body, Idempotency_Key="k"))


def test_a_test_message_is_sent_and_its_job_is_for_operators(desk: RunningDesk) -> None:
    program = client(desk)
    assert [each["key"] for each in program.json("/channels")["channels"]] == ["email"]
    job = ended(program, start(program, "/channels/email/test", {"address": "comms@trust.example"}))
    assert job["succeeded"], job
    assert "comms@trust.example" in job["result"]
    assert audit(desk) == [("channel.tested", "email", "operator")]
    assert client(desk, "editor").ask(f"/jobs/{job['id']}").code == 404
    assert post(program, "/channels/slate/test", {}).code == 404


def test_a_subscription_is_previewed_and_sent_now(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    program = client(desk)
    made = client(desk, "editor").json("/subscriptions/morning/preview")
    [message] = made["messages"]
    assert "Halcyon" in message["text"]
    assert "Halcyon" in message["html"]
    assert not message["empty"]
    with desk.service.store.reading() as unit:
        assert unit.outbox.list(limit=9) == ()
    page = program.ask("/subscriptions/morning/send", method="POST")
    assert page.code == 201
    job = ended(program, program.json(page.headers["location"]))
    assert (job["kind"], job["succeeded"]) == ("send", True)
    assert audit(desk) == [("digest.sent", "morning", "operator")]
    [sent] = program.json("/messages")["messages"]
    assert sent["state"] == str(MessageState.SENT)
    shown = program.json(f"/messages/{sent['id']}")
    assert shown["text"].strip() == message["text"].strip()
    assert shown["subject"] == message["subject"]
    assert program.ask("/messages/999").code == 404


def test_a_job_of_one_group_is_absent_for_another(
    tmp_path_factory: pytest.TempPathFactory, site: FakeSite
) -> None:
    with two_clients(tmp_path_factory.mktemp("agency")) as clients:
        ben = ApiClient(desk=clients.desk, token=clients.secret_of("ben"))
        anna = ApiClient(desk=clients.desk, token=clients.secret_of("anna"))
        job = start(ben, "/source-discoveries", {"address": site.url("/feed.xml")})
        assert anna.ask(f"/jobs/{job['id']}").code == 404
        ended(ben, job)
        # that another group has the feed already is not told either
        line = '<outline text="H" xmlUrl="https://heronsgate.example/feed"/>'
        body = {"opml": f"<opml><body>{line}</body></opml>", "preview": True}
        found = {
            name: program.json("/opml", 201, method="POST", body=body)
            for name, program in (("anna", anna), ("ben", ben))
        }
        assert (found["anna"]["known"], found["anna"]["added"]) == (0, ["h"])
        assert (found["ben"]["known"], found["ben"]["added"]) == (1, [])


def test_a_token_for_reading_starts_nothing(desk: RunningDesk) -> None:
    program = client(desk, "operator", {Scope.READ, Scope.OPERATE})
    for path in ("/source-discoveries", "/source-examinations", "/opml", "/channels/email/test"):
        assert post(program, path, {}).code == 403
