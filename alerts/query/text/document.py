"""The searchable fields of an item, and their tokenised texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from alerts.query.model.fields import DEFAULT_SCOPE
from alerts.query.text.boundaries import first_paragraph
from alerts.query.text.zone import NOTHING_KNOWN, LabelIndex, Zone
from storage.model import StoredItem

AUTHORS_APART = ", "
NAMES_APART = "\n"  # between buyers or suppliers, so that no phrase matches across two names
PAGES_APART = "\n"
BLOCKS_APART = "\n"  # between blocks that were cut from a page
_NEVER_FIRST = 10**9  # words before a text that is no part of the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The fields of one item, as plain text.

    If there are `pages`, each is matched separately, with the title and the summary. Spans in
    them are offsets in `body` if that contains the pages in order, else in the pages joined with
    line breaks.
    """

    title: str = ""
    summary: str = ""
    body: str = ""
    comments: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    site: str = ""  # the host name; that of `url` if empty
    source: str = ""  # the key
    source_name: str = ""
    language: str = ""
    kind: str = "news"
    buyer: str = ""
    supplier: str = ""
    value: float | None = None
    date: date | None = None
    pages: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()  # blocks that were cut from the page

    @classmethod
    def of(cls, item: StoredItem, *, source_name: str = "") -> Document:
        """Create the document of a stored item."""
        url = item.url or next((c.url for c in item.carriers if c.url), None) or ""
        shown = item.published_at or item.first_seen_at
        return cls(
            title=item.title,
            summary=item.summary,
            body=item.body,
            comments=item.comments,
            authors=item.authors,
            url=url,
            source=item.source_key,
            source_name=source_name,
            language=item.language or "",
            kind=item.kind,
            date=shown.date(),
            buyer=NAMES_APART.join(item.notice.buyers) if item.notice else "",
            supplier=NAMES_APART.join(item.notice.suppliers) if item.notice else "",
            value=item.notice.value if item.notice else None,
            pages=item.pages,
            asides=tuple(block.text for block in item.asides),
        )

    @property
    def host(self) -> str:
        """The host name that `site:` compares, in lower case."""
        if self.site:
            return self.site.lower()
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:  # not a valid URL, such as http://[
            return ""

    def text_of(self, field: str) -> str:
        """Return the text of `field` that the offsets of its spans refer to."""
        if field == "author":
            return AUTHORS_APART.join(self.authors)
        if field == "aside":
            return BLOCKS_APART.join(self.asides)
        if field == "body" and self.pages:
            return self.body if self._page_starts() else PAGES_APART.join(self.pages)
        text: str = getattr(self, field)
        return text

    def _page_starts(self) -> list[int] | None:
        """Return the offset of each page in `body`; None unless it contains all pages in order."""
        starts, at = [], 0
        for page in self.pages:
            found = self.body.find(page, at)
            if found < 0:
                return None
            starts.append(found)
            at = found + len(page)
        return starts

    def page_zones(self, known: LabelIndex = NOTHING_KNOWN) -> list[Zone]:
        """Return the zones of the body: one, or one for each page."""
        if not self.pages:
            return [Zone("body", self.body, known=known)]
        starts = self._page_starts()
        if starts is None:
            starts, at = [], 0
            for page in self.pages:
                starts.append(at)
                at += len(page) + len(PAGES_APART)
        return [
            Zone("body", page, offset=start, known=known)
            for page, start in zip(self.pages, starts, strict=True)
        ]


class EvaluatedText:
    """The texts that one evaluation of a query uses: a whole item, or one page of it.

    `around`: a text that was cut from the page, to be searched as if it stood in the article.
    """

    def __init__(
        self,
        document: Document,
        shared: dict[str, list[Zone]],
        body: Zone,
        *,
        around: Zone | None = None,
    ) -> None:
        self.document = document
        self._shared = shared
        self._body = body
        self._zones = {**shared, "body": [body] if around is None else [body, around]}
        self._filled: dict[tuple[str, ...], list[Zone]] = {}

    def with_block(self, block: Zone) -> EvaluatedText:
        """Return a copy with a block that was cut from the page in its place."""
        return EvaluatedText(self.document, self._shared, self._body, around=block)

    def zones(self, fields: tuple[str, ...]) -> list[Zone]:
        """Return the non-empty zones of some fields, in the order given."""
        filled = self._filled.get(fields)
        if filled is None:
            filled = [zone for field in fields for zone in self._zones_of(field) if zone.text]
            self._filled[fields] = filled
        return filled

    def _zones_of(self, field: str) -> list[Zone]:
        if field not in self._zones:
            self._zones[field] = list(self._make_zones(field))
        return self._zones[field]

    def _make_zones(self, field: str) -> Iterator[Zone]:
        document = self.document
        if field == "author":
            at = 0
            for author in document.authors:
                yield Zone("author", author, offset=at)
                at += len(author) + len(AUTHORS_APART)
        elif field == "aside":
            at = 0
            for block in document.asides:
                yield Zone("aside", block, offset=at)
                at += len(block) + len(BLOCKS_APART)
        elif field == "source":
            yield Zone("source", document.source_name)
            yield Zone("source", document.source)
        elif field == "lead":
            (summary,), body = self._zones["summary"], self._body
            if summary.parts:
                yield summary
            else:
                yield Zone("body", first_paragraph(body.text), offset=body.offset)
        else:
            yield Zone(field, getattr(document, field))

    def words_before(self, zone: Zone) -> int:
        """Return how many words of title, summary and body precede a zone of one of these."""
        if zone.field not in DEFAULT_SCOPE:
            return _NEVER_FIRST
        count = 0
        for field in DEFAULT_SCOPE[: DEFAULT_SCOPE.index(zone.field)]:
            count += sum(earlier.word_count for earlier in self._zones[field])
        return count


class PreparedDocument:
    """A document with its tokenised texts, shared by all queries.

    `texts`: one evaluated text, or one for each page.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.known = LabelIndex()
        shared = {
            "title": [Zone("title", document.title, known=self.known)],
            "summary": [Zone("summary", document.summary, known=self.known)],
        }
        self.texts = [
            EvaluatedText(document, shared, body) for body in document.page_zones(self.known)
        ]

    @cached_property
    def _default_zones(self) -> list[Zone]:
        first, *others = self.texts
        return [*first.zones(DEFAULT_SCOPE), *(z for s in others for z in s.zones(("body",)))]

    @cached_property
    def haystack(self) -> str:
        """All labels of title, summary and body, each with a space before and after it."""
        return "".join([zone.haystack for zone in self._default_zones])

    @cached_property
    def other_haystack(self) -> str:
        """All labels of the fields outside the default scope, in the same form."""
        zones = self.texts[0].zones(("comments", "aside", "author", "url", "buyer", "supplier"))
        return "".join([zone.haystack for zone in zones])
