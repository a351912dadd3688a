"""What polls remember of hosts, from one process to the next."""

from __future__ import annotations

from storage.model import TextState
from tests.support.crawls import Crawls, a_source
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text

WALL = (
    "Before you read on: Zorbiq and nineteen other partners would like to look at what you like "
    "to read, so that what you see here is of use to you. Choose below which of them may, and "
    "change what you chose whenever you wish to on the page that tells how we treat your data."
)


def publish(site: FakeSite, bodies: list[str]) -> None:
    """A feed of pages that have the same headline each time and these texts."""
    entries = []
    for number, body in enumerate(bodies):
        title = f"Trust {number} reviews its records"
        link = site.page(f"/{number}.html", article_page(title, body))
        summary = f"The board of trust {number} met on Monday"
        entries.append(Entry(title=title, link=link, guid=f"g{number}", summary=summary))
    site.page("/feed.xml", feed(reversed(entries)), content_type=FEED_TYPE)


def test_a_wall_that_was_taken_for_an_article_is_found_out_by_the_second_one(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, [WALL])
    crawls.run(source)
    [alone] = crawls.items()
    assert "Zorbiq" in alone.body  # one page cannot show that it is no article

    publish(site, [WALL, WALL])
    report = crawls.run(source).report("outlet")

    assert report["rejected"] == [["repeated text", 1]]
    assert [(one.body, one.text_state) for one in crawls.items()] == [("", TextState.THIN)] * 2
    assert all("other articles" in (one.thin_reason or "") for one in crawls.items())


def test_an_item_whose_text_was_taken_away_gets_its_article_once_the_wall_is_gone(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, [WALL])
    crawls.run(source)
    publish(site, [WALL, WALL])
    crawls.run(source)

    publish(site, [long_text(f"record review {number}") for number in range(3)])
    crawls.run(source)

    first, _, third = crawls.items()
    assert "record review 0" in first.body
    assert "record review 2" in third.body
    assert first.revision == 1  # nobody was told of the wall: it was no earlier text


def test_one_text_under_many_headlines_that_it_is_about_is_kept(
    site: FakeSite, crawls: Crawls
) -> None:
    text = long_text("trust reviews of records, which boards of trusts met about on Monday")
    publish(site, [text] * 3)
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert report["rejected"] == []
    assert [one.text_state for one in crawls.items()] == [TextState.FULL] * 3
