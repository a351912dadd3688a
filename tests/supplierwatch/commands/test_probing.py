"""`sources --probe` asks every source once and stores nothing."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supplierwatch.instance import Instance, an_instance
from tests.support.site import FEED_TYPE, Entry, FakeSite, answer, drop, feed, redirect

HOSTS = tuple(f"127.0.0.{n}" for n in range(2, 12))
ENTRIES = [Entry(title="Trust pauses move", link="http://127.0.0.2/1", guid="1")]


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite(HOSTS) as served:
        yield served


@pytest.fixture
def instance(tmp_path: Path, site: FakeSite) -> Instance:
    """A instance with a source for each way to answer, the last of them switched off."""
    ways = {
        "good": answer(feed(ENTRIES), content_type=FEED_TYPE),
        "packed": answer(feed(ENTRIES), content_type=FEED_TYPE, gzipped=True),
        "empty": answer(feed([]), content_type=FEED_TYPE),
        "absent": answer("not here", status=404),
        "page": answer("<html><body><p>Welcome</p></body></html>"),
        "closed": answer("no", status=403),
        "moved": redirect("/new.xml", status=301),
        "dropped": drop(),
        "off": answer(gzip.compress(b"x"), status=500),
    }
    tables = []
    for host, (key, reply) in zip(HOSTS, ways.items(), strict=False):
        site.behave("/feed.xml", reply, host=host)
        off = "enabled = false\n" if key == "off" else ""
        url = site.url("/feed.xml", host=host)
        tables.append(f'[[source]]\nkey = "{key}"\nkind = "feed"\nurl = "{url}"\n{off}')
    forbidden = site.url("/feed.xml", host=HOSTS[-1])
    site.behave("/robots.txt", answer("User-agent: *\nDisallow: /"), host=HOSTS[-1])
    tables.append(f'[[source]]\nkey = "forbidden"\nkind = "feed"\nurl = "{forbidden}"\n')
    site.page("/new.xml", feed(ENTRIES), content_type=FEED_TYPE)
    instance = an_instance(tmp_path)
    instance.write("sources.toml", "\n".join(tables))
    return instance


def test_each_source_is_asked_and_told_apart(instance: Instance, site: FakeSite) -> None:
    probed = {one["key"]: one for one in instance.json("sources", "--probe", code=1)["probed"]}
    assert {key: one["outcome"] for key, one in probed.items()} == {
        "good": "ok",
        "packed": "ok",
        "empty": "empty",
        "absent": "failed",
        "page": "not-a-feed",
        "closed": "blocked",
        "moved": "ok",
        "dropped": "failed",
        "off": "failed",
        "forbidden": "blocked",
    }
    assert probed["good"]["entries"] == 1
    assert (probed["good"]["reads"], probed["empty"]["reads"]) == (True, False)
    assert probed["moved"]["moved_to"] == site.url("/new.xml", host=HOSTS[6])
    assert not probed["off"]["enabled"]
    assert site.requests("/feed.xml", host=HOSTS[-1]) == []


def test_nothing_is_stored_and_no_page_is_fetched(instance: Instance, site: FakeSite) -> None:
    instance.run("sources", "--probe")
    assert not (instance.data / "supplierwatch.db").exists()
    assert {one.path for one in site.requests()} <= {"/robots.txt", "/feed.xml", "/new.xml"}


def test_what_is_wrong_is_said_with_its_fix(instance: Instance) -> None:
    said = " ".join(instance.run("sources", "--probe").stdout.split())
    assert "10 sources probed, 3 can be read, 1 is empty." in said
    assert "HTTP 404: there is nothing at this address; find its new address" in said
    assert "give the address of its listing in sources.toml" in said
    assert "it has moved permanently: write" in said
    assert "it answers and lists nothing" in said


def test_only_those_that_cannot_be_read_are_shown_where_that_is_wanted(instance: Instance) -> None:
    probed = instance.json("sources", "--probe", "--failing", code=1)["probed"]
    assert {one["key"] for one in probed} == {
        *("absent", "page", "closed", "dropped", "off", "forbidden")
    }


def test_a_source_that_is_off_and_fails_is_no_failure(tmp_path: Path, site: FakeSite) -> None:
    site.page("/feed.xml", feed(ENTRIES), content_type=FEED_TYPE)
    instance = an_instance(tmp_path)
    instance.write(
        "sources.toml",
        f'[[source]]\nkey = "good"\nkind = "feed"\nurl = "{site.url("/feed.xml")}"\n'
        f'[[source]]\nkey = "off"\nkind = "feed"\nurl = "{site.url("/none.xml")}"\n'
        "enabled = false\n",
    )
    assert instance.run("sources", "--probe").exit_code == 0
