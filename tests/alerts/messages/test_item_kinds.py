"""Notices, questions and board papers stand apart from news, after it."""

from __future__ import annotations

from alerts.messages import headings
from alerts.messages.layout import LADDER, lay_out
from alerts.messages.plain_text import digest_text
from storage.model import ItemKind
from tests.support.tellings import a_digest, a_finding, an_item


def digest_of(*kinds: ItemKind) -> tuple[str, str, list[str | None]]:
    """Opening, text and section names of a digest of one item of each kind."""
    findings = [
        a_finding(an_item(item_id=number, story_id=number, kind=kind))
        for number, kind in enumerate(kinds, 1)
    ]
    digest = a_digest(*findings)
    text = digest_text(digest, lay_out(digest, LADDER[0]))
    return headings.opening(digest), text, [section.name for section in digest.sections]


def test_each_kind_has_its_section_after_the_news_in_a_fixed_order() -> None:
    opening, text, names = digest_of(
        "boardpaper", "hansard", "tender", "question", "news", "release"
    )
    assert names == ["Halcyon Health", "Procurement notices", "Parliament", "Board papers"]
    assert opening == "2 new stories, 1 notice, 2 parliamentary items and 1 board paper"
    order = [text.index(name) for name in ("HALCYON HEALTH (2", "PROCUREMENT NOTICES (1",
                                           "PARLIAMENT (2", "BOARD PAPERS (1")]  # fmt: skip
    assert order == sorted(order)


def test_without_news_the_opening_says_what_there_is() -> None:
    opening, _, names = digest_of("tender", "tender")
    assert (opening, names) == ("2 new notices", ["Procurement notices"])


def test_news_alone_is_as_ever() -> None:
    opening, _, names = digest_of("news", "release")
    assert (opening, names) == ("2 new stories on Halcyon Health", ["Halcyon Health"])
