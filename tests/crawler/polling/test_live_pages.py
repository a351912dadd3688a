"""Polls of feeds whose entries stand on one page, under fragments or as routes of a script."""

from __future__ import annotations

from storage.model import TextState
from tests.support.crawls import Crawls, a_source
from tests.support.site import FEED_TYPE, Entry, FakeSite, feed

POSTS = {
    "post-1": ("Wards reopen at noon", "The wards reopened after the Halcyon form was put right."),
    "post-2": ("Marwick named for imaging", "Marwick was named for the contract by the board."),
    "post-3": ("No more news tonight", "We are ending our live coverage of the wards for today."),
}


def test_each_post_of_a_live_blog_is_an_item_with_its_own_text(
    site: FakeSite, crawls: Crawls
) -> None:
    posts = "".join(
        f"<article id={name}><h2>{title}</h2><p>{text}</p></article>"
        for name, (title, text) in POSTS.items()
    )
    # a rel=canonical that names the page, as live blogs have it
    canonical = f'<link rel=canonical href="{site.url("/live")}">'
    site.page("/live", f"<html><head>{canonical}</head><body><h1>Live</h1>{posts}</body></html>")
    entries = [Entry(title=POSTS[name][0], link=site.url(f"/live#{name}")) for name in POSTS]
    site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)
    source = a_source("outlet", site.url("/feed.xml"))

    crawls.run(source)
    crawls.run(source)

    items = {item.title: item for item in crawls.items()}
    assert len(items) == len(POSTS)
    for name, (title, text) in POSTS.items():
        assert items[title].url == site.url(f"/live#{name}")
        assert items[title].text_state is TextState.FULL
        assert [one for _, one in POSTS.values() if one in items[title].body] == [text]
    assert len(site.requests("/live")) == 1


def test_routes_of_a_script_keep_title_and_teaser(site: FakeSite, crawls: Crawls) -> None:
    shell = "<h1>The Outlet</h1><p>" + "All the news of the wards in one place. " * 10 + "</p>"
    site.page("/app", f"<html><head><title>The Outlet</title></head><body>{shell}</body></html>")
    entries = [
        Entry(title=title, link=site.url(f"/app#!/news/{name}"), summary=text)
        for name, (title, text) in POSTS.items()
    ]
    site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)

    crawls.run(a_source("outlet", site.url("/feed.xml")))

    items = crawls.items()
    assert {item.title for item in items} == {title for title, _ in POSTS.values()}
    assert {item.text_state for item in items} == {TextState.THIN}
    assert {item.url.partition("#")[2] for item in items if item.url} == {
        f"!/news/{name}" for name in POSTS
    }
