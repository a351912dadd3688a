"""From a written word or phrase to a `Term`, with the foldings that make spellings equal. Pure."""

from __future__ import annotations

import re

from alerts.query.nodes import Mode, Term, Word
from alerts.query.tokens import fold, tokenise

FEWEST_LITERALS = 3
_WILD_WORD = re.compile(r"[^\W_]*[*?][\w*?]*")


def make_term(text: str, *, mode: Mode = "fold", column: int = 0, quoted: bool = False) -> Term:
    """The term for `text`; without words where there are none in it."""
    if mode == "raw":
        return Term(text, (), mode, column, quoted)
    words: list[Word] = []
    for chunk in text.split():
        if "*" in chunk or "?" in chunk:
            words.extend(_wild(chunk))
        else:
            words.extend(_plain(chunk, mode))
    return Term(text, _with_joined(tuple(words), mode), mode, column, quoted)


def _wild(chunk: str) -> list[Word]:
    cleaned = chunk.strip("\"'“”‘’.,;:!()[]")
    return [Word(((fold_pattern(part),),)) for part in re.split(r"[-‐‑&/]", cleaned) if part]


def fold_pattern(pattern: str) -> str:
    """A wildcard word with its literal parts folded."""
    return "".join(c if c in "*?" else fold(c)[0] for c in pattern)


def literals(pattern: str) -> int:
    """How many literal characters a wildcard word has before its first wildcard."""
    return min(pattern.find(c) if c in pattern else len(pattern) for c in "*?")


def _plain(chunk: str, mode: Mode) -> list[Word]:
    tokens = tokenise(chunk)
    words: list[Word] = []
    at = 0
    while at < len(tokens):
        end = at
        while end + 1 < len(tokens) and tokens[end + 1].word == tokens[at].word:
            end += 1
        parts = tuple(t.cased if mode == "case" else t.norm for t in tokens[at : end + 1])
        alternatives = [parts] if len(parts) == 1 else [parts, ("".join(parts),)]
        words.append(Word(tuple(alternatives)))
        at = end + 1
    return words


def _with_joined(words: tuple[Word, ...], mode: Mode) -> tuple[Word, ...]:
    """`e prescribing` also as one token: a lone letter and the next word are a prefix spelling."""
    made: list[Word] = []
    at = 0
    while at < len(words):
        first = words[at].alternatives[0]
        if at + 1 < len(words) and len(first) == 1 and len(first[0]) == 1 and first[0].isalpha():
            following = words[at + 1].alternatives[0]
            if len(following) == 1 and len(following[0]) > 2 and "*" not in following[0]:
                pair = (first[0], following[0])
                made.append(Word((pair, ("".join(pair),))))
                at += 2
                continue
        made.append(words[at])
        at += 1
    return tuple(made)
