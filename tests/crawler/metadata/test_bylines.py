"""Who wrote a page."""

from __future__ import annotations

import json

import lxml.html
import pytest

from crawler.metadata.authors import find_authors
from crawler.metadata.structured_data import read_structured_data


def authors(head: str, body: str = "") -> tuple[str, ...]:
    document = lxml.html.document_fromstring(
        f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    )
    return find_authors(document, read_structured_data(document))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ada Okonjo", ("Ada Okonjo",)),
        ("By Ada Okonjo and Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo, Rhys Penhale, and Mei Tan", ("Ada Okonjo", "Rhys Penhale", "Mei Tan")),
        ("Ada Okonjo, PhD", ("Ada Okonjo",)),
        ("Rhys Penhale Jr.", ("Rhys Penhale Jr.",)),
        ("View all posts by Ada Okonjo", ("Ada Okonjo",)),
        ("Guest post by Ada Okonjo", ("Ada Okonjo",)),
        ("EXCLUSIVE by Ada Okonjo and Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Opinion by Ada Okonjo", ("Ada Okonjo",)),
        ("Ada Okonjo Follow", ("Ada Okonjo",)),
        ("admin", ()),
        ("No Author", ()),
        ("Ada Okonjo & Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo, Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo (ada@wharf.health)", ("Ada Okonjo",)),
        ("ada@wharf.health (Ada Okonjo)", ("Ada Okonjo",)),
        ("mailto:ada@wharf.museum (Ada Okonjo and Rhys Penhale)", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo &lt;ada@wharf.agency&gt;", ("Ada Okonjo",)),
        ("Ada Okonjo, ada@wharf.nhs.uk", ("Ada Okonjo",)),
        ("ada@wharf.health", ()),
        ("Ada Okonjo, Health Correspondent", ("Ada Okonjo",)),
        ("Ada Okonjo, Health Editor, and Rhys Penhale, Reporter", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo Health Correspondent", ("Ada Okonjo",)),
        ("Ada Okonjo is health editor", ("Ada Okonjo",)),
        ("Health Correspondent", ()),
        ("Senior Staff Writer", ()),
        ("Last updated 3 July 2026", ()),
        ("Updated 3:33 pm", ()),
        ("3 July 2026", ()),
        ("July 3, 2026", ()),
        ("By Ada Okonjo July 3, 2026", ("Ada Okonjo",)),
        ("Ada Okonjo | Published 2026-07-03", ("Ada Okonjo",)),
        ("April Roach and May Tan", ("April Roach", "May Tan")),
        ("Ada Okonjo in London", ("Ada Okonjo",)),
        ("Ada Okonjo, Wharfside", ("Ada Okonjo",)),
        ("Ada Okonjo for the Wharfside", ("Ada Okonjo",)),
        ("The Wharfside", ()),
        ("wharfside.test", ()),
        ("Ada Okonjo, Reuters", ("Ada Okonjo", "Reuters")),
        ("Ada Okonjo and Press Association", ("Ada Okonjo", "Press Association")),
        ("Department of Health and Social Care", ("Department of Health and Social Care",)),
        ("Bureau of Tides, Locks and Ferries", ("Bureau of Tides, Locks and Ferries",)),
        ("Ostler & Gray", ("Ostler & Gray",)),
        ("Ada Okonjo. Photographs by Mei Tan", ("Ada Okonjo",)),
        ("Reviewed by Dr Mei Tan", ()),
        ("Ledger Staff", ()),
        ("The Ledger News Desk", ()),
        ("Newsroom", ()),
        ("Editorial Team", ()),
        ("Ferry Health Desk", ()),
        ("Redaktion", ()),
        ("La rédaction", ()),
        ("Redazione Web", ()),
        ("Ada Okonjo and Web Desk", ("Ada Okonjo",)),
        ("Reuters Staff", ("Reuters",)),
        ("Wharf Staff Union", ("Wharf Staff Union",)),
        ("Ada Okonjo und Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo et Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo y Penhale", ("Ada Okonjo y Penhale",)),
        ("@adaokonjo", ()),
    ],
)
def test_names_are_told_from_what_stands_around_them(written: str, meant: tuple[str, ...]) -> None:
    site = '<meta property="og:site_name" content="Wharfside">'
    assert authors(f'{site}<meta name="author" content="{written}">') == meant


def test_an_author_named_by_identifier_is_looked_up() -> None:
    graph = """{"@context": "https://schema.org", "@graph": [
      {"@type": "NewsArticle", "headline": "x", "author": {"@id": "https://wharfside.test/#ada"}},
      {"@type": "Person", "@id": "https://wharfside.test/#ada", "name": "Ada Okonjo"}]}"""
    assert authors(f'<script type="application/ld+json">{graph}</script>') == ("Ada Okonjo",)


def test_a_byline_that_only_readers_see_is_read() -> None:
    assert authors("", '<div class="byline"><span class="author">Ada Okonjo</span></div>') == (
        "Ada Okonjo",
    )


def claimed(*people: object, body: str = "") -> tuple[str, ...]:
    block = {
        "@type": "NewsArticle",
        "headline": "x",
        "author": people,
        "publisher": {"@type": "Organization", "name": "Wharfside"},
    }
    return authors(f'<script type="application/ld+json">{json.dumps(block)}</script>', body)


def an(kind: str, name: str) -> dict[str, str]:
    return {"@type": kind, "name": name}


BYLINE = '<div class="byline">By <a href="/authors/ada">Ada Okonjo</a></div>'


@pytest.mark.parametrize(
    ("people", "meant"),
    [
        ([an("Person", "Ada Okonjo"), an("Organization", "Wharfside")], ("Ada Okonjo",)),
        ([an("Organization", "Ostler, Gray and Sons")], ("Ostler, Gray and Sons",)),
        ([an("Person", "Ada Okonjo"), an("Organization", "Fen")], ("Ada Okonjo", "Fen")),
        ([an("NewsMediaOrganization", "Wharfside")], ("Wharfside",)),
        ([an("Person", "Wharfside")], ()),
        (["Wharfside"], ()),
        ([an("Organization", "Ledger Staff")], ()),
        ([an("Person", "Wharfside News Desk"), an("Person", "Ada Okonjo")], ("Ada Okonjo",)),
        ([an("Organization", "Fen Press Office")], ("Fen Press Office",)),
        (["Ada Okonjo", "Mei Tan"], ("Ada Okonjo", "Mei Tan")),
        (["https://wharfside.test/authors/ada"], ()),
    ],
)  # fmt: skip
def test_organisations_are_kept_and_the_site_is_no_person(
    people: list[object], meant: tuple[str, ...]
) -> None:
    assert claimed(*people) == meant


def test_a_person_in_the_byline_goes_before_the_site() -> None:
    assert claimed(an("NewsMediaOrganization", "Wharfside"), body=BYLINE) == ("Ada Okonjo",)


def test_who_publishes_alone_is_the_author_too() -> None:
    person = {"@type": ["Person", "Organization"], "@id": "#ada", "name": "Ada Okonjo"}
    block = {"@type": "Article", "headline": "x", "author": {"@id": "#ada"}, "publisher": person}
    assert authors(f'<script type="application/ld+json">{json.dumps(block)}</script>') == (
        "Ada Okonjo",
    )


def test_authors_of_scholarly_pages_are_all_read() -> None:
    names = ("Ada Okonjo", "Rhys Penhale")
    assert authors("".join(f'<meta name="dc.creator" content="{name}">' for name in names)) == names


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Okonjo, Ada", "Ada Okonjo"),
        ("Okonjo-Reed, Ada M.", "Ada M. Okonjo-Reed"),
        ("O'Penhale, Rhys", "Rhys O'Penhale"),
        ("Ada Okonjo", "Ada Okonjo"),
    ],
)
def test_scholarly_pages_name_the_family_first(written: str, meant: str) -> None:
    assert authors(f'<meta name="citation_author" content="{written}">') == (meant,)


def test_a_desk_that_is_named_is_not_replaced_by_a_guess() -> None:
    block = {"@type": "NewsArticle", "headline": "x", "author": an("Person", "Ferry News Desk")}
    script = f'<script type="application/ld+json">{json.dumps(block)}</script>'
    assert authors(script, '<div class="vcard fn">Mei Tan</div>') == ()


def test_names_of_a_vocabulary_may_have_its_prefix() -> None:
    for prefix in ("schema:", "https://schema.org/"):
        block = {"@type": f"{prefix}NewsArticle", f"{prefix}headline": "x"}
        block |= {f"{prefix}author": {f"{prefix}name": "Ada Okonjo"}}
        assert authors(f'<script type="application/ld+json">{json.dumps(block)}</script>') == (
            "Ada Okonjo",
        )


def test_the_owner_of_a_picture_is_no_author() -> None:
    picture = (
        '<div itemscope itemtype="https://schema.org/ImageObject">'
        '<meta itemprop="author" content="Fen Pictures"></div>'
    )
    assert authors('<meta name="author" content="Ada Okonjo">', picture) == ("Ada Okonjo",)
    assert authors("", picture) == ()


@pytest.mark.parametrize(
    "byline",
    [
        BYLINE,
        '<p class="post-author"><span itemprop="author">Ada Okonjo</span>, Health Editor</p>',
        '<p>By Ada Okonjo</p>',
        '<p class="byline">Von Ada Okonjo</p>',
        '<p class="author">Par Ada Okonjo</p>',
        '<div class="meta"><span>| By </span><span>Ada Okonjo</span> | <time>3 July</time></div>',
        '<p class="info">Posted on July 3, 2026 by Ada Okonjo</p>',
        '<p>By <a rel="author" href="/x">Ada Okonjo</a> <span>Follow</span></p>',
        '<div class="meta"><a href="/authors/ada-okonjo">Ada Okonjo</a> | 3 July 2026</div>',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        '<p>It was <a href="/author/mei-tan">Mei Tan</a> who said so first.</p>',
        '<div class="meta"><a href="/people/mei-tan">Mei Tan</a></div>',
        '<div class="comments"><p class="comment-author author">Mei Tan</p></div>',
        '<aside><p class="author">Mei Tan</p></aside>',
        '<blockquote>It is so. <cite class="author">Mei Tan</cite></blockquote>',
        '<div class="related-posts"><p class="byline">By Mei Tan</p></div>',
        '<figure><figcaption class="author">By Mei Tan</figcaption></figure>',
    ],
)
def test_the_byline_is_told_from_those_of_others(byline: str, elsewhere: str) -> None:
    page = f"{elsewhere}<h1>Ferry clinics get a rota</h1>{byline}<p>Clinics fill.</p>{elsewhere}"
    assert authors("", page) == ("Ada Okonjo",)


@pytest.mark.parametrize(
    "elsewhere",
    [
        '<blockquote>It is so. <cite class="author">Mei Tan</cite></blockquote>',
        '<p>It is so. <q>Never <span class="author">Mei Tan</span></q></p>',
        '<figure><figcaption class="author">Mei Tan</figcaption></figure>',
        '<div class="pull-quote"><p class="author">Mei Tan</p></div>',
        '<div class="comments"><p class="author">Mei Tan</p></div>',
        '<aside class="related"><a href="/x">Ferries</a> <p class="author">By Mei Tan</p></aside>',
        '<div class="related"><a href="/x">Ferries</a> <p class="author">Mei Tan</p></div>',
        '<ul class="most-read"><li><a href="/x">Tides</a> <b class="author">Mei Tan</b></li></ul>',
        '<section id="more-stories"><p class="author">Mei Tan</p></section>',
    ],
)
def test_a_page_without_a_byline_has_no_author_by_a_quotation(elsewhere: str) -> None:
    page = f"<article><h1>Ferry clinics get a rota</h1><p>Clinics fill.</p>{elsewhere}</article>"
    assert authors("", page) == ()
    assert authors("", f'{page}<p class="author">Mei Tan</p>') == ("Mei Tan",)


@pytest.mark.parametrize("link", ["/", "https://wharfside.example/"])
def test_an_outlet_that_names_itself_in_title_and_menu_is_no_author(link: str) -> None:
    document = lxml.html.document_fromstring(
        "<html><head><title>Ferry clinics open | The Tide Post</title></head><body>"
        f'<a href="{link}">The Tide Post</a><h1>Ferry clinics open</h1>'
        '<p class="byline">By Tide Post</p><p>Text.</p></body></html>'
    )
    data = read_structured_data(document, ("https://wharfside.example/1",))
    assert find_authors(document, data) == ()


@pytest.mark.parametrize("link", ["/news", "https://elsewhere.example/", "?"])
def test_a_name_that_links_elsewhere_is_not_that_of_the_site(link: str) -> None:
    document = lxml.html.document_fromstring(
        "<html><head><title>Ferry clinics open | Ada Okonjo</title></head><body>"
        f'<h1>Ferry clinics open</h1><p class="byline">By <a href="{link}">Ada Okonjo</a></p>'
        "<p>Text.</p></body></html>"
    )
    data = read_structured_data(document, ("https://wharfside.example/1",))
    assert find_authors(document, data) == ("Ada Okonjo",)
