"""Three fictional news sites of twelve pages each, that name their boxes by nothing that helps.

sites() -> three of them; each page knows which of its paragraphs are the article's (`own`) and
which surround it (`around`), among these a supplier's name that stands in surroundings alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from storage.model import FetchedEntry, FetchedPage
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

PAGES = 12
STRANGER = "Zorbiq"  # stands in surroundings alone
AT = datetime(2026, 5, 4, 8, tzinfo=UTC)

_TRUSTS = ("Fenmoor", "Marlow Vale", "Harbour Lights", "Saltmarsh", "Quayside", "Thornby")
_MAKERS = ("Halcyon Health", "Corvid Data", "Tidewater Notes", "Brightwell Records")
_THINGS = ("records system", "bed planner", "maternity notes", "theatre lists", "ward tablets")
_DONE = ("signs off", "delays", "questions", "extends", "cancels", "opens")
_SENTENCES = (
    "The board of {trust} heard on {day} that the {thing} will cost {sum} over {years} years.",
    "Nurses on ward {ward} said the {thing} had saved them {ward} minutes on each shift of {day}.",
    "{maker} won the work after {years} bidders were asked for prices, papers of {day} show.",
    "Doctors had asked for the {thing} since {day}, when letters of {ward} patients went astray.",
    "A union representative said that {ward} members had raised concerns about training by {day}.",
    "The trust will report to regulators on the {thing} every {years} months, starting on {day}.",
    "Patients of {trust} may object to the use of their notes until {day}, a leaflet says.",
)
# writers repeat it, and it is the article's own: a watch may hang on it
BACKGROUND = (
    "Halcyon Health was founded in Thornby and supplies wards in nine regions, among them four "
    "that changed their records over the last decade."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One page: its bytes, what its listing said, and what stands on it."""

    page: FetchedPage
    entry: FetchedEntry
    own: tuple[str, ...]
    around: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site with its pages in the order in which they came out."""

    name: str
    pages: tuple[SitePage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    headline: str
    teaser: str
    paragraphs: tuple[str, ...]


_Design = Callable[[_Article, Sequence[_Article], int], tuple[str, tuple[str, ...]]]


def sites() -> tuple[Site, ...]:
    """The three sites, the same at each call."""
    return tuple(
        Site(name=name, pages=_pages(name, design, Random(name)))
        for name, design in (
            ("ledger.example", _columns),
            ("bulletin.example", _cards),
            ("courier.example", _plain),
        )
    )


def _pages(name: str, design: _Design, random: Random) -> tuple[SitePage, ...]:
    articles = [_article(random, number) for number in range(PAGES)]
    made = []
    for number, article in enumerate(articles):
        html, around = design(article, articles, number)
        url = f"https://{name}/2026/05/{number}"
        made.append(
            SitePage(
                page=a_fetched_page(html, url, fetched_at=AT + timedelta(hours=number)),
                entry=an_entry(url=url, title=article.headline, summary=article.teaser),
                own=article.paragraphs,
                around=around,
            )
        )
    return tuple(made)


def _article(random: Random, number: int) -> _Article:
    def said(sentence: str) -> str:
        return sentence.format(
            trust=random.choice(_TRUSTS),
            maker=random.choice(_MAKERS),
            thing=random.choice(_THINGS),
            day=f"{random.randint(1, 28)} {random.choice(('March', 'April', 'June'))}",
            sum=f"£{random.randint(2, 90)} million",
            years=random.randint(2, 9),
            ward=random.randint(10, 60),
        )

    trust, thing = random.choice(_TRUSTS), random.choice(_THINGS)
    headline = f"{trust} {random.choice(_DONE)} {thing} after review {number + 3}"
    sentences = [said(one) for one in random.sample(_SENTENCES, 6)]
    paragraphs = [" ".join(sentences[at : at + 2]) for at in (0, 2, 4)]
    if number % 4 == 1:
        paragraphs.insert(2, BACKGROUND)
    return _Article(headline=headline, teaser=sentences[0], paragraphs=tuple(paragraphs))


def _others(articles: Sequence[_Article], number: int, many: int) -> list[_Article]:
    """What a list of the latest shows: the articles around this one, never itself."""
    around = [articles[(number + step) % PAGES] for step in (1, 2, 3, -1, -2)]
    return around[:many]


def _columns(
    article: _Article, articles: Sequence[_Article], number: int
) -> tuple[str, tuple[str, ...]]:
    """A column of links, a plea between paragraphs, a strip about a partner."""
    plea = "The Ledger lives by its readers: sixty pence a week keep our reporters on the wards."
    partner = f"Presented with {STRANGER}, whose planners help wards all over the country to rest."
    popular = [f"Why {STRANGER} is the name on every ward", "Five ways to read a board paper well"]
    latest = [other.headline for other in _others(articles, number, 4)]
    links = "".join(f'<li class="k2"><a href="#">{one}</a></li>' for one in popular + latest)
    first, *rest = article.paragraphs
    html = (
        f"<html><head><title>{article.headline} | The Ledger</title></head><body>"
        f'<div class="a1"><p>Home</p><p>Wards</p><p>{STRANGER}</p></div>'
        f'<div class="z"><div class="q7"><h1>{article.headline}</h1><div class="b4"><p>{first}</p>'
        f"<p>{plea}</p>{''.join(f'<p>{one}</p>' for one in rest)}</div></div>"
        f'<div class="r3"><h4>In the ledger</h4><ul>{links}</ul><p>{partner}</p></div></div>'
        "</body></html>"
    )
    menu = ("Home", "Wards", STRANGER, "In the ledger")
    return html, (plea, partner, *menu, *popular, *latest)


def _cards(
    article: _Article, articles: Sequence[_Article], number: int
) -> tuple[str, tuple[str, ...]]:
    """Cards with teasers of other articles under the text, a note about the house at its end."""
    house = (
        f"The Bulletin is read by eleven thousand people in hospitals. {STRANGER} supports our "
        "work and has no say in what we write."
    )
    others = _others(articles, number, 3)
    cards = "".join(
        f'<div class="c"><h3><a href="#">{other.headline}</a></h3><p>{other.teaser}</p></div>'
        for other in others
    )
    html = (
        f"<html><head><title>{article.headline}</title></head><body><section class='n1'>"
        f"<h1>{article.headline}</h1><div class='n2'>"
        f"{''.join(f'<p>{one}</p>' for one in article.paragraphs)}<p>{house}</p></div>{cards}"
        "</section></body></html>"
    )
    around = (house, *(other.headline for other in others), *(other.teaser for other in others))
    return html, around


def _plain(
    article: _Article, articles: Sequence[_Article], number: int
) -> tuple[str, tuple[str, ...]]:
    """Everything in one box, and a list of what was read most that changes every four pages."""
    legal = (
        "This site keeps small files on your device to count visits; by reading on you accept what "
        f"{STRANGER} and nineteen other partners do with them."
    )
    week = number // 4
    most_read = [
        f"Week {week + 1}: {STRANGER} prices under scrutiny again",
        f"Week {week + 1}: where the porters of Saltmarsh went",
    ]
    html = (
        f"<html><head><title>{article.headline}</title></head><body><div><p>{legal}</p>"
        f"<h1>{article.headline}</h1>{''.join(f'<p>{one}</p>' for one in article.paragraphs)}"
        f"{''.join(f'<p>{one}</p>' for one in most_read)}</div></body></html>"
    )
    return html, (legal, *most_read)
