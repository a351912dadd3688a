"""Measures recognition of changed copies: generated syndication, 5 to 40 % of the words replaced.

    python -m bench.syndication [--texts FOLDER] [--made 1000]

Each text gets a copy as another outlet would publish it: every word is replaced at random with the
probability of the column, it is cut to 40 % of the length, and it gets a new headline and lead, all
combined. Texts and copies are shuffled and grouped together. Recall: the share of pairs of a text
and its copy that are found. Precision: the share of found pairs that are correct. The texts are
those of real pages if they are beside the project (or in FOLDER: files cases.jsonl, one folder
down, with "body"), and generated articles (`bench.loads.stories_load`).
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.adapters import group
from bench.loads.stories_load import Newsroom, pairs_of

SEED = 20261124
REPLACED = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
KEPT = 0.4
HEADLINE, LEAD = 8, 30  # words
MIN_WORDS = 150  # of a text; shorter copies would be news in brief
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "extraction"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, default=REAL)
    parser.add_argument("--made", type=int, default=1_000)
    wanted = parser.parse_args()
    if captured := read(wanted.texts):
        curve("captured", captured)
    newsroom = Newsroom(SEED)
    made = [newsroom.text(newsroom.article()) for _ in range(wanted.made)]
    curve("generated", [text for text in made if len(text.split()) >= MIN_WORDS])


def curve(name: str, texts: Sequence[str]) -> None:
    """Return recall and precision at each share of replaced words."""
    print(f"{len(texts):,} {name} texts; words replaced: recall, precision")
    for replaced in REPLACED:
        recall, precision = measured(texts, replaced)
        print(f"{replaced:.0%}: {recall:.3f}, {precision:.4f}", flush=True)


def measured(texts: Sequence[str], replaced: float) -> tuple[float, float]:
    """Return pair recall and precision, where each text has one copy."""
    random = Random(SEED)
    pool = " ".join(texts).split()
    printed = [(text, number) for number, text in enumerate(texts)]
    printed += [
        (syndicated(text, pool, random, replaced=replaced), number)
        for number, text in enumerate(texts)
    ]
    random.shuffle(printed)
    documents = [{"id": at, "text": text} for at, (text, _) in enumerate(printed)]
    found = pairs_of([one["cluster"] for one in group(documents)])
    wanted = pairs_of([number for _, number in printed])
    right = len(found & wanted)
    return right / len(wanted), right / max(1, len(found))


def syndicated(text: str, pool: Sequence[str], random: Random, *, replaced: float) -> str:
    """Return a copy of a text, with replacements from a pool with natural frequencies."""
    words = [random.choice(pool) if random.random() < replaced else word for word in text.split()]
    left = words[: int(len(words) * KEPT)]
    # the new lead replaces the old one
    kept = left[min(LEAD, len(left) // 5) :]
    new = random.choices(pool, k=HEADLINE + LEAD)
    return f"{' '.join(new[:HEADLINE])}\n{' '.join(new[HEADLINE:])} {' '.join(kept)}"


def read(folder: Path) -> list[str]:
    """Return the texts of captured pages; of pages in several sets, one."""
    texts: dict[str, str] = {}
    for cases in sorted(folder.glob("*/cases.jsonl")):
        for line in cases.read_text(encoding="utf-8").splitlines():
            body = json.loads(line).get("body") or ""
            if len(body.split()) >= MIN_WORDS:
                texts.setdefault(" ".join(body.split()[:20]), body)
    return list(texts.values())


if __name__ == "__main__":
    os.nice(5)
    main()
