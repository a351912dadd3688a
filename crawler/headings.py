"""Chooses the headline among the titles that a page gives itself. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import lxml.html

from crawler.plain import one_line
from crawler.structured import Structured

_SITE_TAIL = re.compile(r"\s+[|–—·»:-]+\s+[^|–—·»]{2,60}$")
_ALIKE = 0.6


def best_title(document: lxml.html.HtmlElement, said: Structured, listed: str | None) -> str | None:
    """The headline: of the headings on the page the one that its own claims agree with.

    What a reader sees (h1) is preferred to what is said to search engines, which is often another
    wording; where no heading agrees with any claim, the claim is taken.
    """
    claims = [one_line(claim) for claim in (said.headline, said.og_title, listed) if claim]
    claims += [bare for title in document.iter("title") if (bare := _bare(title, said))][:1]
    headings = [text for h1 in document.iter("h1") if 3 < len(text := one_line(_text(h1))) < 400]
    best: tuple[float, str] = (0.0, "")
    for heading in headings:
        score = max((_alike(heading, claim) for claim in claims), default=0.0)
        best = max(best, (score, heading), key=lambda pair: pair[0])
    if best[0] >= _ALIKE:
        return best[1]
    if len(headings) == 1 and not claims:
        return headings[0]
    if said.og_title:
        return _without_site(one_line(said.og_title), said)
    return claims[0] if claims else None


def _text(element: lxml.html.HtmlElement) -> str:
    return " ".join(str(part) for part in element.itertext())


def _bare(title: lxml.html.HtmlElement, said: Structured) -> str:
    return _without_site(one_line(_text(title)), said)


def _without_site(title: str, said: Structured) -> str:
    if said.site_name and title.endswith(said.site_name):
        title = title.removesuffix(said.site_name).rstrip(" |–—·»:-")
    shorter = _SITE_TAIL.sub("", title)
    return shorter if len(shorter.split()) >= 3 else title


def _alike(one: str, other: str) -> float:
    one, other = one.casefold(), other.casefold()
    if one == other:
        return 1.0
    if one in other or other in one:
        return 0.9
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
