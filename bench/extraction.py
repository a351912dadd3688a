"""Compares extraction with trafilatura (with metadata) and newspaper4k in one run: speed, quality.

    python -m bench.extraction [--rounds 3] [cases.jsonl ...]

Works on labelled pages: by default those in ../shared/data/extraction beside the project, which are
not shipped. Each round times every page with each extractor in turn, so that other load affects all
alike; the fastest round counts, in processor time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.adapters import extract

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "extraction"
_SETS = ("scrapinghub", "fundus", "trafilatura-eval")
_SHINGLE = 4  # words

Reader = Callable[[bytes, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled page."""

    page: bytes
    url: str
    said: dict[str, Any]


@dataclass(slots=True)
class Score:
    """The results of an extractor on a set; each page has the same weight in the body figures."""

    seconds: float = 0.0
    body: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, float]:
        """Return rates between 0 and 1 for the labels that the set has."""
        found = {name: self.right[name] / total for name, total in self.asked.items() if total}
        true, false, missed = self.body
        if true:
            found["body F1"] = 2 * true / (2 * true + false + missed)
        return found


def by_trafilatura(page: bytes, url: str) -> dict[str, Any]:
    """Extract with trafilatura: its defaults, with metadata."""
    import trafilatura

    found = trafilatura.bare_extraction(
        page, url=url or None, include_comments=False, with_metadata=True
    )
    if found is None:
        return {}
    said = found if isinstance(found, dict) else found.as_dict()
    return {"title": said.get("title"), "date": said.get("date"), "text": said.get("text")}


def by_newspaper(page: bytes, url: str) -> dict[str, Any]:
    """Extract with newspaper4k: its defaults; it needs text, decoded as the page declares."""
    import newspaper  # type: ignore[import-untyped,unused-ignore]

    from crawler.text.decode import decode

    article = newspaper.Article(url or "https://page.invalid/", fetch_images=False)
    article.download(input_html=decode(page, content_type=None, kind="html").text)
    article.parse()
    date = article.publish_date
    return {"title": article.title, "date": str(date or ""), "text": article.text}


READERS: dict[str, Reader] = {"ours": extract, "trafilatura": by_trafilatura}
if find_spec("newspaper") is not None:  # of the extra "bench"
    READERS["newspaper4k"] = by_newspaper


def load(path: Path) -> list[Case]:
    """Load the cases of a file with their pages."""
    cases = []
    for line in path.read_text("utf-8").splitlines():
        if not line.strip():
            continue
        said = json.loads(line)
        page = (path.parent / said["file"]).read_bytes()
        page = gzip.decompress(page) if said["file"].endswith(".gz") else page
        cases.append(Case(page=page, url=said.get("url") or "", said=said))
    return cases


def judge(case: Case, got: dict[str, Any], score: Score) -> None:
    """Add the result `got` to `score`."""
    said, text = case.said, str(got.get("text") or "")
    if body := said.get("body") or said.get("tool_body"):
        wanted, found = _shingles(body), _shingles(text)
        both = sum((wanted & found).values())
        parts = (both, sum(found.values()) - both, sum(wanted.values()) - both)
        whole = sum(parts) or 1
        score.body = [one + part / whole for one, part in zip(score.body, parts, strict=True)]
    flat = _plain(text)
    for name, key in (("kept", "with"), ("leaked", "without"), ("comments leaked", "comments")):
        for segment in said.get(key) or ():
            score.asked[name] += 1
            score.right[name] += _plain(segment) in flat
    if title := said.get("title"):
        score.asked["title"] += 1
        score.right["title"] += _plain(title) == _plain(str(got.get("title") or ""))
    if date := said.get("date"):
        score.asked["date"] += 1
        score.right["date"] += str(got.get("date") or "")[:10] == str(date)[:10]


def compare(cases: Sequence[Case], rounds: int) -> dict[str, Score]:
    """Return each extractor's score; seconds are the sum over pages of the fastest round."""
    scores = {name: Score() for name in READERS}
    for case in cases:
        for name, reader in READERS.items():
            quickest = float("inf")
            for _ in range(rounds):
                started = time.process_time()
                try:
                    got = reader(case.page, case.url)
                except Exception as error:
                    logging.debug("bench.failed reader=%s url=%s cause=%r", name, case.url, error)
                    got = {}
                quickest = min(quickest, time.process_time() - started)
            scores[name].seconds += quickest
            judge(case, got, scores[name])
    return scores


def report(name: str, cases: Sequence[Case], scores: dict[str, Score]) -> None:
    """Print a set's table; the last column is the time relative to trafilatura's."""
    keys = sorted({key for score in scores.values() for key in score.figures()})
    print(f"\n{name}: {len(cases)} pages")
    print(f"{'':<14}{''.join(f'{key:>17}' for key in keys)}{'ms/page':>10}{'x time':>8}")
    base = scores["trafilatura"].seconds
    for reader, score in scores.items():
        figures = score.figures()
        cells = "".join(f"{figures[key]:>17.4f}" if key in figures else f"{'':>17}" for key in keys)
        per_page = 1000 * score.seconds / len(cases)
        print(f"{reader:<14}{cells}{per_page:>10.1f}{score.seconds / base:>8.2f}")


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text))
    if 0 < len(words) < _SHINGLE:
        return Counter([tuple(words)])
    return Counter(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _plain(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).translate(str.maketrans("‘’“”–—", "''\"\"--"))
    return " ".join(flat.casefold().split())


def main() -> None:
    """Run the comparison over the sets of the command line."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("cases", nargs="*", type=Path)
    asked.add_argument("--rounds", type=int, default=3)
    said = asked.parse_args()
    paths = said.cases or [DATA / name / "cases.jsonl" for name in _SETS]
    there = [path for path in paths if path.exists()]
    if not there:
        print("no labelled pages: name a cases.jsonl (../shared/data/extraction is not shipped)")
        return
    warnings.simplefilter("ignore")  # the peers' own
    logging.disable(logging.ERROR)
    total: Counter[str] = Counter()
    for path in there:
        cases = load(path)
        scores = compare(cases, said.rounds)
        report(path.parent.name, cases, scores)
        total.update({name: score.seconds for name, score in scores.items()})
    ratios = ", ".join(
        f"{name} {total['ours'] / seconds:.2f}" for name, seconds in total.items() if name != "ours"
    )
    print(f"\nour time over that of, all sets: {ratios}")


if __name__ == "__main__":
    main()
