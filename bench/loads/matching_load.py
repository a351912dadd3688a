"""Generates load for `bench.matching`: texts of 500 words, watches of six classes in fixed shares.

A watch is defined once and formatted for each engine. Some are *hot*: their names occur in a few
texts; their number is the same at every size, so that the number of matches of a text is, too. The
others have names that occur in no text, with words that do occur.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "extraction"
WORDS_A_TEXT = 500
NEAR = 10
Kind = Literal["single", "and", "phrase", "not", "near", "lists"]
KINDS: tuple[Kind, ...] = ("single", "and", "phrase", "not", "near", "lists")
_WORD = re.compile(r"[a-z]{4,}")
_SYLLABLES = "ba be bo da di do fa fe ga go ha ka ke la le lo ma mi mo na ne no pa po ra ri ro sa se so ta ti to va vi zo".split()  # fmt: skip  # noqa: SIM905, E501


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch of one class: its words, in two groups for classes with two operands."""

    kind: Kind
    left: tuple[str, ...]
    right: tuple[str, ...] = ()


def captured_texts() -> list[str]:
    """Return texts of captured articles, cut to the same length; empty if there are none."""
    words: list[str] = []
    for cases in sorted(SHARED.glob("*/cases.jsonl")):
        for line in cases.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            # the blanks stay as they are
            words += re.findall(r"\S+\s*", case.get("body") or case.get("tool_body") or "")
    cut = range(0, len(words) - WORDS_A_TEXT, WORDS_A_TEXT)
    return ["".join(words[at : at + WORDS_A_TEXT]) for at in cut]


def generated_texts(count: int, random: Random) -> list[str]:
    """Return texts of generated words by Zipf's law: the n-th word 1/n as often as the first."""
    vocabulary = ["the", "of", "and", "to", "in", "for", *names(20_000, random)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    # as often as captured articles have them: a hyphen and a possessive in some ninety words
    signs = [" "] * 80 + [", ", ". "] * 4 + ["-", "’s ", "\n\n"]
    made = []
    for _ in range(count):
        chosen = random.choices(vocabulary, weights, k=WORDS_A_TEXT)
        made.append("".join(word + random.choice(signs) for word in chosen))
    return made


def names(count: int, random: Random) -> list[str]:
    """Return distinct names like those of suppliers."""
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choices(_SYLLABLES, k=random.choice((3, 4, 4, 5))))] = None
    return list(made)


def watches(count: int, texts: list[str], hot: int, random: Random) -> list[Watch]:
    """Return `count` watches, `hot` of them about words that occur in a few of `texts`."""
    spread = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
    usual = [word for word, in_texts in spread.most_common(600)][100:]
    rare = [word for word, in_texts in spread.items() if 2 <= in_texts <= len(texts) * 0.02]
    unknown = [name for name in names(count + 30_000, random) if name not in spread]
    made = [_watch(random, rare, unknown, usual) for _ in range(hot)]
    made += [_watch(random, unknown, unknown, usual) for _ in range(count - hot)]
    random.shuffle(made)
    return made


def _watch(random: Random, about: list[str], unknown: list[str], usual: list[str]) -> Watch:
    kind = random.choices(KINDS, weights=(20, 16, 16, 16, 16, 16))[0]
    name = random.choice(about)
    match kind:
        case "single":
            return Watch(kind, (name,))
        case "lists":
            size = random.randint(25, 50)
            # of a list, too, only a few names are in the news
            some = (*random.sample(about, 3), *random.sample(unknown, size - 3))
            return Watch(kind, some, tuple(random.sample(usual, size)))
        case _:
            return Watch(kind, (name,), (random.choice(usual),))


def ours(watch: Watch) -> str:
    """Return the watch in our query language."""
    left, right = " OR ".join(watch.left), " OR ".join(watch.right)
    match watch.kind:
        case "single":
            return left
        case "and":
            return f"{left} AND {right}"
        case "phrase":
            return f'"{left} {right}"'
        case "not":
            return f"{left} NOT {right}"
        case "near":
            return f"{left} NEAR/{NEAR} {right}"
        case "lists":
            return f"({left}) NEAR/{NEAR} ({right})"


def tsquery(watch: Watch) -> str:
    """Return it for PostgreSQL, which has exact distances only: NEAR becomes all of them.

    Written so, lists would not fit into a table row; they become AND, which is less work.
    """
    left, right = "|".join(watch.left), "|".join(watch.right)
    match watch.kind:
        case "single":
            return left
        case "and":
            return f"{left} & {right}"
        case "phrase":
            return f"{left} <-> {right}"
        case "not":
            return f"{left} & !{right}"
        case "near":
            sides = ((left, right), (right, left))
            return " | ".join(f"{a} <{n}> {b}" for a, b in sides for n in range(1, NEAR + 2))
        case "lists":
            return f"({left}) & ({right})"


def fts5(watch: Watch) -> str:
    """Return it for SQLite; its NEAR accepts no lists, which become AND, which is less work."""
    left = " OR ".join(f'"{word}"' for word in watch.left)
    right = " OR ".join(f'"{word}"' for word in watch.right)
    match watch.kind:
        case "single":
            return left
        case "phrase":
            return f'"{watch.left[0]} {watch.right[0]}"'
        case "not":
            return f"{left} NOT {right}"
        case "near":
            return f"NEAR({left} {right}, {NEAR})"
        case _:
            return f"({left}) AND ({right})"


def lucene(watch: Watch) -> str:
    """Return it for tantivy; lists as for SQLite."""
    left, right = " OR ".join(watch.left), " OR ".join(watch.right)
    match watch.kind:
        case "single":
            return left
        case "phrase":
            return f'"{left} {right}"'
        case "not":
            return f"+{left} -{right}"
        case "near":
            return f'"{left} {right}"~{NEAR}'
        case _:
            return f"+({left}) +({right})"


def chunks(texts: list[str], size: int) -> Iterator[list[str]]:
    """Divide `texts` into lists of `size`."""
    for at in range(0, len(texts), size):
        yield texts[at : at + size]
