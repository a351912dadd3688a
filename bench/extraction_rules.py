"""Measures the gain of each rule that cuts or adds text, by disabling it on labelled pages.

    python -m bench.extraction_rules [--rounds 2000] [cases.jsonl ...]

A page's quality is F1 of its text, or of the segments that it must and must not contain. Pages are
averaged by site, and sites over all, so that a site with many pages counts once. The gain of a rule
is the quality with it minus the quality without it. A rule pays if it gains without the site that
gains most, beyond the 95 % interval of resampling the other sites.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from inspect import unwrap
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import lxml.html

from bench.adapters import extract
from bench.extraction import DATA, Case, Score, judge, load
from crawler.errors import Unreadable
from crawler.extraction import page, parsed_page, visible_text
from crawler.extraction.cleaning import boilerplate, lines, linked_lines

_SETS = ("scrapinghub", "fundus", "trafilatura-eval", "readability", "newspaper4k")
_NEVER = re.compile(r"(?!)")
_POINTS = 100  # gains are printed in hundredths of a quality between 0 and 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and the replacements that disable it: (module, name, value)."""

    name: str
    off: tuple[tuple[Any, str, Any], ...]


RULES = (
    Rule("comments", ((boilerplate, "_COMMENTS", _NEVER),)),
    Rule(
        "boxes by tag, class or id",
        ((boilerplate, "_NOT_ARTICLE", _NEVER), (boilerplate, "_BOILERPLATE_TAGS", frozenset())),
    ),
    Rule(
        "hidden elements",
        ((boilerplate, "is_hidden", lambda _: False), (boilerplate, "_NOT_ON_SCREEN", _NEVER)),
    ),
    Rule("captions", ((boilerplate, "_drop_captions", lambda *_: None),)),
    Rule("linked lines", ((linked_lines, "_is_linked_line", lambda _: False),)),
    Rule("cards within paragraphs", ((linked_lines, "_is_card", lambda _: False),)),
    Rule("layout tables", ((parsed_page, "unfold_layout_tables", lambda *_: 0),)),
    Rule("controls", ((boilerplate, "_SCRIPT_TAGS", ("script", "style", "noscript", "template")),)),
    Rule("lost paragraphs", ((visible_text, "restore_paragraphs", lambda text, _: text),)),
    Rule("repeated paragraphs", ((visible_text, "restore_repeated", lambda text, _: text),)),
    Rule("articles in data for scripts", ((page, "is_more", lambda *_: False),)),
    Rule("pleas of walls", ((page, "remove_pleas", lambda text, *_, **__: text),)),
    Rule("house lines: pointers", ((lines, "_POINTER", _NEVER),)),
    Rule("house lines: requests", ((lines, "_REQUEST", _NEVER),)),
    Rule("house lines: credits", ((lines, "_CREDIT", _NEVER),)),
    Rule("house lines: no content", ((lines, "_NO_CONTENT", _NEVER),)),
    Rule("date lines", ((lines, "is_date_line", lambda _: False),)),
    Rule("notes about authors", ((lines, "_is_biography", lambda *_: False),)),
    Rule("headlines", ((lines, "_is_headline", lambda *_: False),)),
)


class _NotingPattern:
    """A pattern that notes where it matches."""

    def __init__(self, pattern: re.Pattern[str], note: Callable[[], None]) -> None:
        self._pattern, self._note = pattern, note

    def match(self, *args: Any) -> re.Match[str] | None:
        """Match as the pattern does."""
        return self._noted(self._pattern.match(*args))

    def search(self, *args: Any) -> re.Match[str] | None:
        """Search as the pattern does."""
        return self._noted(self._pattern.search(*args))

    def _noted(self, found: re.Match[str] | None) -> re.Match[str] | None:
        if found is not None:
            self._note()
        return found


def _noting(value: Any, off: Any, note: Callable[[], None]) -> Any:
    """Return a part of a rule that notes where it makes a difference; None if it cannot."""
    if isinstance(value, re.Pattern):
        return _NotingPattern(value, note)
    if not callable(value):
        return None

    def run(*args: Any, **named: Any) -> Any:
        try:
            found = value(*args, **named)
        except Unreadable:
            note()
            raise
        if found is None or found != off(*args, **named):
            note()
        return found

    return run


class Reach:
    """The pages on which each rule does something; a rule changes no other."""

    def __init__(self) -> None:
        self._page = 0
        self._pages: dict[str, set[int]] = defaultdict(set)
        self._unknown: set[str] = set()

    @contextmanager
    def note(self) -> Iterator[None]:
        """Note what the rules do to the pages that are read meanwhile."""
        kept: list[tuple[Any, str, Any]] = []
        for rule in RULES:
            for module, name, off in rule.off:
                value = getattr(module, name)
                noting = _noting(value, off, partial(self._add, rule.name))
                if noting is None:
                    self._unknown.add(rule.name)
                    continue
                kept.append((module, name, value))
                setattr(module, name, noting)
        try:
            yield
        finally:
            for module, name, value in reversed(kept):
                setattr(module, name, value)

    def begin(self, page: int) -> None:
        """Say which page is read next."""
        self._page = page

    def includes(self, rule: Rule, page: int) -> bool:
        """Return whether a rule may change a page."""
        return rule.name in self._unknown or page in self._pages[rule.name]

    def _add(self, rule: str) -> None:
        self._pages[rule].add(self._page)


@contextmanager
def without(rule: Rule | None) -> Iterator[None]:
    """Disable a rule."""
    kept = [(module, name, getattr(module, name)) for module, name, _ in rule.off] if rule else []
    for module, name, value in rule.off if rule else ():
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


@contextmanager
def remember_extraction() -> Iterator[None]:
    """Cache trafilatura's results by document: most rules do not change most pages."""
    run, known = visible_text._run_trafilatura, {}

    def remembering(document: lxml.html.HtmlElement, url: str) -> str:
        key = hashlib.sha1(url.encode() + lxml.html.tostring(document)).digest()
        if key not in known:
            try:
                known[key] = run(document, url), None
            except Unreadable as error:
                known[key] = None, error
        found, error = known[key]
        if error is not None:
            raise error
        return found

    visible_text._run_trafilatura = remembering
    try:
        yield
    finally:
        visible_text._run_trafilatura = run


def quality_of(case: Case) -> float:
    """Return the quality of a page's text, between 0 and 1."""
    score = Score()
    judge(case, extract(case.page, case.url), score)
    true, false, missed = score.body
    if true + false + missed == 0:
        true = score.right["kept"]
        false = score.right["leaked"] + score.right["comments leaked"]
        missed = score.asked["kept"] - true
    whole = 2 * true + false + missed
    return 2 * true / whole if whole else 1.0


def site_of(case: Case) -> str:
    """Return the host of a page; for pages without a URL, their name without its number."""
    host = urlsplit(case.url).netloc.removeprefix("www.")
    return host or re.sub(r"[-_\d]++$", "", str(case.said["id"])) or str(case.said["id"])


def by_site(cases: Sequence[Case], qualities: Sequence[float]) -> dict[str, float]:
    """Return the mean quality of each site's pages."""
    found = defaultdict(list)
    for case, quality in zip(cases, qualities, strict=True):
        found[site_of(case)].append(quality)
    return {site: sum(all_) / len(all_) for site, all_ in found.items()}


def measure_all(cases: Sequence[Case], reach: Reach) -> list[float]:
    """Return the quality of each page with all rules."""
    found = []
    with reach.note():
        for number, case in enumerate(cases):
            reach.begin(number)
            found.append(quality_of(case))
    return found


def measure_without(
    rule: Rule, cases: Sequence[Case], base: Sequence[float], reach: Reach
) -> list[float]:
    """Return the quality of each page without a rule; `base` is with it."""
    with without(rule):
        return [
            quality_of(case) if reach.includes(rule, number) else base[number]
            for number, case in enumerate(cases)
        ]


def interval(gains: Sequence[float], rounds: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean gain, sites resampled with replacement."""
    random = Random(15)
    means = sorted(sum(random.choices(gains, k=len(gains))) / len(gains) for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds)]


def report(name: str, gains: Mapping[str, float], rounds: int) -> str:
    """Print a row of the table."""
    best = max(gains, key=lambda site: gains[site])
    rest = [gain for site, gain in gains.items() if site != best]
    mean, low, high = (_POINTS * x for x in (sum(rest) / len(rest), *interval(rest, rounds)))
    more = sum(gain > 0 for gain in gains.values())
    less = sum(gain < 0 for gain in gains.values())
    whole = _POINTS * sum(gains.values()) / len(gains)
    verdict = "pays" if low > 0 else "costs" if high < 0 else "unproven"
    return (
        f"| {name} | {more} | {less} | {whole:+.3f} | {mean:+.3f} | {low:+.3f} to {high:+.3f} "
        f"| {best} | {verdict} |"
    )


def main() -> None:
    """Print the table of all rules."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("cases", nargs="*", type=Path)
    asked.add_argument("--rounds", type=int, default=2000)
    asked.add_argument("--rules", nargs="*", help="of these names only")
    said = asked.parse_args()
    paths = said.cases or [DATA / name / "cases.jsonl" for name in _SETS]
    cases = [case for path in paths if path.exists() for case in load(path)]
    if not cases:
        print("no labelled pages: name a cases.jsonl (../shared/data/extraction is not shipped)")
        return
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    # results that are cached are those of all rules, and are not noted again
    boilerplate._read_names = unwrap(boilerplate._read_names)
    reach = Reach()
    with remember_extraction():
        pages = measure_all(cases, reach)
        base = by_site(cases, pages)
        print(
            f"{len(cases)} pages of {len(base)} sites, quality {sum(base.values()) / len(base):.4f}"
        )
        print("| rule | better | worse | gain | without the best site | 95 % | best site | |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |", flush=True)
        for rule in RULES:
            if said.rules and rule.name not in said.rules:
                continue
            less = by_site(cases, measure_without(rule, cases, pages, reach))
            gains = {site: base[site] - less[site] for site in base}
            print(report(rule.name, gains, said.rounds), flush=True)


if __name__ == "__main__":
    main()
