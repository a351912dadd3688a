"""An item as queries see it: its fields, and their words with places, made when first needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from alerts.query.tokens import Token, tokenise
from storage.model import StoredItem

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n+")
_PARAGRAPH_END = re.compile(r"\n+")
SEARCHED = ("title", "summary", "body", "comments", "author", "url", "buyer", "supplier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The fields of one item, as plain text. `pages`: those of a board paper, body then unused."""

    title: str = ""
    summary: str = ""
    body: str = ""
    comments: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    site: str = ""
    source: str = ""
    source_name: str = ""
    language: str = ""
    kind: str = "news"
    buyer: str = ""
    supplier: str = ""
    value: float | None = None
    date: date | None = None
    pages: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: StoredItem, *, source_name: str = "") -> Document:
        """The document of a stored item."""
        url = item.url or next((c.url for c in item.carriers if c.url), None) or ""
        return cls(
            title=item.title,
            summary=item.summary,
            body=item.body,
            comments=item.comments,
            authors=item.authors,
            url=url,
            site=(urlsplit(url).hostname or "") if url else "",
            source=item.source_key,
            source_name=source_name,
            language=item.language or "",
            kind=item.kind,
            date=item.published_at.date() if item.published_at else None,
            pages=item.pages,
        )


class Segment:
    """One field (or one page of the body) with its words."""

    def __init__(self, field: str, text: str, *, offset: int = 0, page: int = 0) -> None:
        self.field = field
        self.text = text
        self.offset = offset  # of this text within the whole field
        self.page = page
        self.tokens: list[Token] = tokenise(text)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Folded token -> its indices."""
        found: dict[str, list[int]] = {}
        for at, token in enumerate(self.tokens):
            found.setdefault(token.norm, []).append(at)
        return found

    @cached_property
    def joined(self) -> dict[str, list[tuple[int, int]]]:
        """Joined spelling -> (first, last) token of each compound or lone-letter pair."""
        found: dict[str, list[tuple[int, int]]] = {}
        tokens = self.tokens
        at = 0
        while at < len(tokens) - 1:
            end = at
            while end + 1 < len(tokens) and tokens[end + 1].word == tokens[at].word:
                end += 1
            if end > at:
                whole = "".join(t.norm for t in tokens[at : end + 1])
                found.setdefault(whole, []).append((at, end))
            elif len(tokens[at].norm) == 1 and tokens[at].norm.isalpha():
                pair = tokens[at].norm + tokens[at + 1].norm
                found.setdefault(pair, []).append((at, at + 1))
            at = end + 1
        return found

    @cached_property
    def sentences(self) -> list[int]:
        """Token index -> number of its sentence."""
        return self._numbered(_SENTENCE_END)

    @cached_property
    def paragraphs(self) -> list[int]:
        """Token index -> number of its paragraph."""
        return self._numbered(_PARAGRAPH_END)

    def _numbered(self, end: re.Pattern[str]) -> list[int]:
        borders = [found.end() for found in end.finditer(self.text)]
        numbers, at = [], 0
        for token in self.tokens:
            while at < len(borders) and borders[at] <= token.start:
                at += 1
            numbers.append(at)
        return numbers


class Text:
    """The segments of a document; built once, asked by every query."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.segments = list(_segments(document))
        self.pages = max((s.page for s in self.segments), default=0)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every folded token, joined spellings included: what the presearch asks."""
        words: set[str] = set()
        for segment in self.segments:
            words.update(token.norm for token in segment.tokens)
            words.update(segment.joined)
        return frozenset(words)


def _author_segments(authors: tuple[str, ...]) -> Iterator[Segment]:
    """A segment for each author: a phrase does not run from one name into the next.

    Places count in the names joined by two characters, as they are shown.
    """
    offset = 0
    for author in authors:
        yield Segment("author", author, offset=offset)
        offset += len(author) + 2


def _segments(document: Document) -> Iterator[Segment]:
    yield Segment("title", document.title)
    yield Segment("summary", document.summary)
    if document.pages:
        offset = 0
        for number, page in enumerate(document.pages, start=1):
            yield Segment("body", page, offset=offset, page=number)
            offset += len(page) + 1
    else:
        yield Segment("body", document.body)
    yield from _author_segments(document.authors)
    for field, text in (
        ("comments", document.comments),
        ("url", document.url),
        ("buyer", document.buyer),
        ("supplier", document.supplier),
    ):
        if text:
            yield Segment(field, text)
