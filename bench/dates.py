"""Measures how many dates of pages are found, with and without metadata, beside htmldate.

    python -m bench.dates [cases.jsonl ...]

Works on labelled pages: by default those in ../shared/data beside the project, which are not
shipped. A date counts as found if its day is that of the label. "Shown" removes meta tags and
scripts, so that only the visible text and the URL remain; without a label, the date of the metadata
is expected. "Least" is the share without the site that helps most.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html

from bench.adapters import date_as_shown
from bench.extraction import DATA, Case, load
from crawler.extraction.headline import choose_headline
from crawler.metadata.structured_data import read_structured_data
from crawler.page_dates.publication_date import published_of
from crawler.text.decode import decode

_SETS = ("extraction/fundus", "extraction/trafilatura-eval", "dates/htmldate",
         "extraction/scrapinghub", "extraction/readability", "extraction/newspaper4k")  # fmt: skip
_NOW = datetime.now(UTC)
Find = Callable[[lxml.html.HtmlElement, str], str | None]


def find_ours(document: lxml.html.HtmlElement, url: str) -> str | None:
    """Return our date of a page, in the publisher's time zone."""
    data = read_structured_data(document, (url,))
    raw, when = published_of(
        document,
        claimed=data.published,
        language=data.language,
        url=url,
        fetched_at=_NOW,
        title=choose_headline(document, data, None),
    )
    return date_as_shown(when, raw)


def find_theirs(document: lxml.html.HtmlElement, url: str) -> str | None:
    """Return htmldate's date of a page."""
    from htmldate import find_date

    found: str | None = find_date(document, original_date=True, url=url or None, max_date=_NOW)
    return found


def measure(cases: Iterable[Case], find: Find, *, shown: bool) -> tuple[int, int, int, float]:
    """Return the numbers of labelled pages, found and correct dates, and the least share."""
    sites: dict[str, list[bool]] = defaultdict(list)
    given = 0
    for case in cases:
        page = decode(case.page, content_type=None, kind="html").text
        document = lxml.html.document_fromstring(page.encode("utf-8", "replace"), parser=_parser())
        day = _day(case.said.get("date"))
        if shown:
            day = day or _day(find_ours(document, case.url))
            for element in list(document.iter("meta", "script")):
                element.drop_tree()
        if day:
            found = _day(find(document, case.url))
            given += bool(found)
            sites[urlsplit(case.url).netloc or str(case.said.get("id"))].append(found == day)
    every = [right for site in sites.values() for right in site]
    rest = [
        [right for name, site in sites.items() if name != left_out for right in site]
        for left_out in sites
    ]
    least = min((sum(some) / len(some) for some in rest if some), default=0.0)
    return len(every), given, sum(every), least


def _day(date: object) -> str:
    found = re.match(r"\d{4}-\d\d-\d\d", str(date or ""))
    return found[0] if found else ""


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)


def main() -> None:
    """Measure the sets of the command line."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("cases", nargs="*", type=Path)
    paths = asked.parse_args().cases or [DATA.parent / name / "cases.jsonl" for name in _SETS]
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    for path in (path for path in paths if path.exists()):
        cases = load(path)
        for shown in (False, True):
            for name, find in (("ours", find_ours), ("htmldate", find_theirs)):
                pages, given, right, least = measure(cases, find, shown=shown)
                if pages:
                    print(json.dumps({"set": path.parent.name, "reader": name, "shown": shown,
                                      "pages": pages, "given": given, "right": right,
                                      "share": round(right / pages, 4),
                                      "least": round(least, 4)}))  # fmt: skip


if __name__ == "__main__":
    main()
