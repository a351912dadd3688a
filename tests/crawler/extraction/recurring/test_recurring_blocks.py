"""What goes out of the pages of three fictional sites once they are known, and what stays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from bench import adapters
from crawler.errors import RecurringText
from crawler.extraction.page import extract, learn
from crawler.extraction.recurring.page_blocks import divide_into_blocks
from crawler.extraction.recurring.recurring_blocks import drop_recurring, is_about
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.polling.page_reader import PAGES_TO_COMPARE
from tests.support.content.three_sites import BACKGROUND, STRANGER, Site, SitePage, sites
from tests.support.pages import parsed, with_body

SITES = sites()
each_site = pytest.mark.parametrize("site", SITES, ids=[one.name for one in SITES])


def a_memory_of(site: Site, pages: int = PAGES_TO_COMPARE) -> SiteMemory:
    """As a poll has it when it begins to read: listings noted, the first pages learned."""
    memory = SiteMemory()
    for one in site.pages:
        memory.record_headings((one.entry.title, one.entry.summary))
    for one in site.pages[:pages]:
        learn(one.page, entry=one.entry, site=memory)
    return memory


@dataclass
class Tally:
    removed: int = 0
    removed_rightly: int = 0
    around: int = 0

    @property
    def precision(self) -> float:
        return self.removed_rightly / self.removed

    @property
    def recall(self) -> float:
        return self.removed_rightly / self.around


def tally(site: Site) -> Tally:
    """Blocks removed from the pages in the order in which a poll reads them."""
    memory, found = a_memory_of(site), Tally()
    for one in site.pages:
        learn(one.page, entry=one.entry, site=memory)
        said = (one.entry.title, one.entry.summary)
        gone = {
            block.words
            for block in drop_recurring(divide_into_blocks(parsed(one.page)), memory, said)
        }
        around = set(one.around)
        found.removed += len(gone)
        found.removed_rightly += len(gone & around)
        found.around += len(around)
    return found


def test_of_the_blocks_around_the_articles_nearly_all_go_and_nothing_else_does() -> None:
    tallies = [tally(site) for site in SITES]
    assert [one.precision for one in tallies] == [1.0, 1.0, 1.0]
    removed = sum(one.removed_rightly for one in tallies)
    assert removed / sum(one.around for one in tallies) >= 0.93
    assert min(one.recall for one in tallies) >= 0.75  # a list new each week is learned each week


@each_site
def test_every_paragraph_of_every_article_is_read(site: Site) -> None:
    memory = a_memory_of(site)
    for one in site.pages:
        text = extract(one.page, entry=one.entry, site=memory).text
        assert [paragraph for paragraph in one.own if paragraph not in text] == []


@each_site
def test_a_name_in_the_surroundings_alone_is_in_no_text_once_the_site_is_known(site: Site) -> None:
    memory = a_memory_of(site, pages=len(site.pages))
    texts = [extract(one.page, entry=one.entry, site=memory).text for one in site.pages]
    assert len(texts) == 12
    assert [text for text in texts if STRANGER in text] == []


@each_site
def test_without_a_memory_the_name_would_be_read_into_articles(site: Site) -> None:
    """Else these sites would show nothing."""
    texts = [extract(one.page, entry=one.entry).text for one in site.pages]
    around = [one for one, text in zip(site.pages, texts, strict=True) if _leaks(one, text)]
    assert len(around) >= 6


def _leaks(one: SitePage, text: str) -> bool:
    return any(words in text for words in one.around if len(words) > 40)


@each_site
def test_background_that_writers_repeat_stays(site: Site) -> None:
    memory = a_memory_of(site, pages=len(site.pages))
    having = [one for one in site.pages if BACKGROUND in one.own]
    assert len(having) == 3
    for one in having:
        assert BACKGROUND in extract(one.page, entry=one.entry, site=memory).text


@each_site
def test_what_goes_does_not_depend_on_reading_the_pages_again(site: Site) -> None:
    memory = a_memory_of(site, pages=len(site.pages))
    first = [extract(one.page, entry=one.entry, site=memory).text for one in site.pages]
    again = [extract(one.page, entry=one.entry, site=memory).text for one in site.pages]
    assert first == again


WALL = (
    "Readers of the Ledger know that quality reporting takes time and money. Zorbiq and our other "
    "partners look at what you like, so that what you see on our pages is of use to you. Choose "
    "below which of them may do so, and change what you chose at any time on our page on it."
)


def test_a_wall_in_place_of_articles_is_junk_and_says_which_text_it_was() -> None:
    site = SITES[1]
    memory = a_memory_of(site)
    came = []
    for one in site.pages[4:9]:
        walled = with_body(one.page, f"<p>{WALL}</p>")
        try:
            came.append(extract(walled, entry=one.entry, site=memory).text)
        except RecurringText as junk:
            came.append(f"junk: {junk.text}")
    assert [one.startswith("junk: Readers of the Ledger") for one in came] == [False, *[True] * 4]
    after = site.pages[9]
    assert extract(after.page, entry=after.entry, site=memory).text


def test_a_page_of_which_every_block_stands_on_other_pages_is_junk() -> None:
    site = SITES[1]
    memory = a_memory_of(site)
    walled = [with_body(one.page, f"<p>{WALL}</p>") for one in site.pages]
    for page, one in zip(walled[4:8], site.pages[4:8], strict=True):
        learn(page, entry=one.entry, site=memory)
    with pytest.raises(RecurringText, match="on other pages of the site too"):
        extract(walled[8], entry=site.pages[8].entry, site=memory)


def test_an_article_under_several_headlines_is_no_junk_if_it_is_about_them() -> None:
    memory = SiteMemory()
    one = SITES[0].pages[0]
    texts = [
        extract(
            one.page,
            entry=replace(one.entry, title=f"{one.entry.title}, update {number}"),
            site=memory,
        ).text
        for number in range(6)
    ]
    assert [own for own in one.own for text in texts if own not in text] == []


@pytest.mark.parametrize(
    ("text", "said", "about"),
    [
        ("Nurses at Fenmoor welcomed the planner.", ("Fenmoor nurses welcome planner",), True),
        ("We value your privacy and that of others.", ("Fenmoor nurses welcome planner",), False),
        ("We value your privacy.", (), False),
        ("Anything at all", ("a b c",), False),  # no word tells anything
    ],
)
def test_whether_a_text_is_about_what_was_announced(
    text: str, said: tuple[str, ...], about: bool
) -> None:
    assert is_about(text, said) is about


def test_the_callable_for_scorers_takes_pages_of_the_host_or_its_memory() -> None:
    site = SITES[0]
    bodies = [one.page.body for one in site.pages]
    page, url = bodies[3], site.pages[3].page.final_url
    alone = adapters.extract(page, url)["text"]
    known = adapters.extract(page, url, site=bodies)["text"]
    assert "sixty pence" in alone
    assert "sixty pence" not in known
    assert adapters.extract(page, url, site=adapters.site_of(bodies))["text"] == known
