"""doctor ADDRESS and sources add: what is at a web address, and what would be read of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.commands.sources.trying import lists_entries, source_at, was_fetched
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import UsageError
from tests.supplierwatch.instance import an_instance
from tests.support.services import publish
from tests.support.site import FakeSite


@pytest.mark.slow
def test_a_feed_is_tried_shown_and_added(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    with FakeSite() as site:
        publish(site, 2)
        address = site.url("/feed.xml")
        tried = instance.run("doctor", address)
        added = instance.run("sources", "add", address, "--key", "outlet")
        again = instance.run("sources", "add", address)
        nothing = instance.run("sources", "add", site.url("/nothing"))

    assert tried.exit_code == Exit.OK, tried.output
    assert "extraction" in tried.stdout
    assert "sources add" in tried.stderr
    assert added.exit_code == Exit.OK, added.output
    assert "outlet" in [row["key"] for row in instance.json("sources")["sources"]]
    assert "extraction" not in added.stdout
    assert "read in full: “" in added.stdout
    assert again.exit_code == Exit.USAGE
    assert nothing.exit_code == Exit.FAILED
    assert "/nothing" not in (instance.config / "sources.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_site_is_added_by_its_feed_under_the_name_of_the_feed(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    with FakeSite() as site:
        publish(site, 1)
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        site.page("/", f"<html><head>{link}</head><body>Front</body></html>")
        added = instance.run("sources", "add", site.url("/"), "--key", "outlet")
        feed = instance.run("sources", "add", site.url("/feed.xml"))

    text = (instance.config / "sources.toml").read_text(encoding="utf-8")
    assert added.exit_code == Exit.OK, added.output
    assert f'url = "{site.url("/feed.xml")}"' in text
    assert 'name = "The Outlet"' in text
    assert feed.exit_code == Exit.USAGE
    assert "outlet" in feed.stderr


@pytest.mark.slow
def test_the_feed_of_a_declared_site_is_not_added_beside_it(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    with FakeSite() as site:
        publish(site, 1)
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        site.page("/", f"<html><head>{link}</head><body>Front</body></html>")
        file = instance.config / "sources.toml"
        declared = f'[[source]]\nkey = "the-site"\nkind = "feed"\nurl = "{site.url("/")}"\n'
        file.write_text(file.read_text(encoding="utf-8") + "\n" + declared, encoding="utf-8")
        feed = instance.run("sources", "add", site.url("/feed.xml"))

    assert feed.exit_code == Exit.USAGE
    assert "the-site" in feed.stderr


def test_a_key_in_use_and_an_address_that_is_none_are_refused() -> None:
    for text, key in (("x.example", "gazette"), ("ftp://x.example/", None)):
        with pytest.raises(UsageError):
            source_at(text, key=key, name=None, taken=["gazette"])
    assert not was_fetched(())
    assert not lists_entries(())
