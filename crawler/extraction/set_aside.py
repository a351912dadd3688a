"""Keeps the text that is removed from a page, with the rule that removed it. Pure.

The blocks of a page are compared with the final text, so that all removed text is kept, and rules
need not report what they remove.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import lxml.html

from crawler.extraction.cleaning.block_positions import BlockPositions, describe_box, name_box_rule
from crawler.extraction.cleaning.lines import is_publisher_line
from crawler.extraction.lost_paragraphs import find_keys
from crawler.extraction.recurring.page_blocks import PageBlock
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.text.folding import get_letters
from storage.model import AsideBlock

MAX_BLOCKS = 400  # of one page
MAX_CHARACTERS = 16_000  # of one page
MAX_BLOCK_LENGTH = 2_000  # characters of a block; longer ones are divided
_MIN_WORDS = 3  # of a block that is worth reporting; captions may be shorter
_MIN_HEADLINE_WORDS = 5  # of a link; shorter ones are labels of a menu
_MAX_BYLINE_WORDS = 12


class SetAside:
    """The blocks of one page, and the rules by which blocks were removed.

    Args:
        blocks: of the whole page.
        document: the page, before anything is removed from it.
        memory: of its host, if any.
        columns: blocks that were removed from layout tables before.
    """

    def __init__(
        self,
        blocks: Sequence[PageBlock],
        document: lxml.html.HtmlElement,
        memory: SiteMemory | None,
        *,
        columns: Sequence[PageBlock] = (),
    ) -> None:
        self._blocks = (*blocks, *columns)
        self._document = document
        self._memory = memory
        self._block_positions = BlockPositions(document)
        self._positions = [self._block_positions.of(block.near) for block in self._blocks]
        self._menus = _find_label_lists(self._blocks)
        # index of a block -> rule, detail
        self._rules = dict.fromkeys(range(len(blocks), len(self._blocks)), ("column", ""))
        self._lines: list[AsideBlock] = []

    def record_removed(self, removed: Iterable[PageBlock]) -> None:
        """Record blocks that were removed because they recur or point to other articles."""
        gone = {id(block) for block in removed}
        for at, block in enumerate(self._blocks):
            if id(block) in gone:
                recurs = self._memory is not None and self._memory.recurs(block.key)
                self._rules[at] = ("recurring" if recurs else "other-article", "")

    def record_detached(self) -> None:
        """Record blocks whose elements are no longer in the page."""
        roots: dict[lxml.html.HtmlElement, lxml.html.HtmlElement] = {}
        for at, block in enumerate(self._blocks):
            if at in self._rules or block.near is None:
                continue
            root = _find_root(block.near, roots)
            if root is not self._document:
                self._rules[at] = (name_box_rule(root), describe_box(root))

    def record_removed_lines(self, before: str, after: str, rule: str) -> None:
        """Record lines that were removed from the text by a rule; publisher lines as such."""
        self._lines += _find_removed_lines(before, after, rule)

    def collect(
        self, text: str, *, comments: str, own: Collection[str], authors: Sequence[str]
    ) -> tuple[AsideBlock, ...]:
        """Return the text of the page that none of the kept texts contains.

        Args:
            text: of the article, as kept.
            comments: of readers, which are kept separately.
            own: headline and teaser of the article, as kept.
            authors: of the article; a byline is not worth reporting.
        """
        own_letters = [get_letters(one) for one in own]
        found = [one for one in self._lines if not _is_within(get_letters(one.text), own_letters)]
        known = {get_letters(block.text) for block in found}
        said = {get_letters(line) for line in comments.split("\n")}
        keys = [get_letters(block.words) for block in self._blocks]
        kept = self._find_kept(text, keys)
        bylines = [get_letters(name) for name in authors if name]
        for at, (block, key) in enumerate(zip(self._blocks, keys, strict=True)):
            if not key or at in kept or key in known or _is_within(key, own_letters):
                continue
            known.add(key)
            if key in said:
                continue  # kept as a comment
            rule, detail = self._name_rule(at)
            tells = self._is_worth_telling(at, rule) and not _is_byline(block, key, bylines)
            found += (
                AsideBlock(rule=rule, detail=detail, text=part, tells=tells)
                for part in divide_text(block.words)
            )
        return limit_asides(found)

    def _find_kept(self, text: str, keys: Sequence[str]) -> set[int]:
        """Return the indexes of the blocks that the text contains; `keys`: their letters."""
        rest = [at for at in range(len(self._blocks)) if at not in self._rules]
        kept = find_keys(get_letters(text), [keys[at] for at in rest])
        return {at for at, is_kept in zip(rest, kept, strict=True) if is_kept}

    def _name_rule(self, at: int) -> tuple[str, str]:
        place = self._positions[at]
        if place.comments:
            return "comments", ""
        rule, detail = self._rules.get(at, ("extractor", ""))
        if place.menu or (at in self._menus and rule == "extractor"):
            return "menu", detail
        return rule, detail

    def _is_worth_telling(self, at: int, rule: str) -> bool:
        block, place = self._blocks[at], self._positions[at]
        if rule == "caption":
            return True
        if rule == "other-article" or place.menu or place.comments or at in self._menus:
            return False
        words = block.words.count(" ") + 1
        if block.linked:
            # a headline of a listing is an item itself
            is_item = self._memory is not None and self._memory.is_heading(block.words)
            return words >= _MIN_HEADLINE_WORDS and not is_item
        return words >= _MIN_WORDS


def lines_set_aside(text: str, rule: str) -> tuple[AsideBlock, ...]:
    """Return the lines of a text that is not used as an article as blocks."""
    lines = dict.fromkeys(line.strip() for line in text.split("\n"))
    return limit_asides(
        [
            AsideBlock(rule=rule, text=part, tells=part.count(" ") + 1 >= _MIN_WORDS)
            for line in lines
            if line
            for part in divide_text(line)
        ]
    )


def divide_text(text: str) -> Iterator[str]:
    """Divide a text into parts of at most `MAX_BLOCK_LENGTH` characters, mostly between words."""
    at = 0
    while len(text) - at > MAX_BLOCK_LENGTH:
        end = text.rfind(" ", at + MAX_BLOCK_LENGTH // 2, at + MAX_BLOCK_LENGTH)
        end = at + MAX_BLOCK_LENGTH if end < 0 else end
        yield text[at:end].strip()
        at = end
    if rest := text[at:].strip():
        yield rest


def limit_asides(blocks: Sequence[AsideBlock]) -> tuple[AsideBlock, ...]:
    """Limit a list of blocks; those that are worth reporting are kept first.

    One block of the rule `over-limit` has the numbers of the others, without their text.
    """
    kept: set[int] = set()
    remaining, characters, dropped = MAX_CHARACTERS, 0, 0
    for at in sorted(range(len(blocks)), key=lambda at: (not blocks[at].tells, at)):
        length = len(blocks[at].text)
        if len(kept) < MAX_BLOCKS and length <= remaining:
            kept.add(at)
            remaining -= length
        else:
            dropped, characters = dropped + 1, characters + length
    within = tuple(block for at, block in enumerate(blocks) if at in kept)
    if not dropped:
        return within
    detail = f"{dropped} blocks, {characters} characters"
    return (*within, AsideBlock(rule="over-limit", detail=detail, text="", tells=False))


def _find_removed_lines(before: str, after: str, rule: str) -> Iterator[AsideBlock]:
    """Yield the lines that were removed from a text."""
    remaining = Counter(after.split("\n"))
    for line in before.split("\n"):
        if remaining[line] > 0 or not line.strip():
            remaining[line] -= 1
            continue
        named = "house-line" if rule == "page-note" and is_publisher_line(line) else rule
        for part in divide_text(line):
            yield AsideBlock(rule=named, text=part, tells=part.count(" ") + 1 >= _MIN_WORDS)


def _find_label_lists(blocks: Sequence[PageBlock]) -> set[int]:
    """Return the indexes of adjacent links that are labels rather than headlines."""
    lists: dict[lxml.html.HtmlElement, list[int]] = {}
    for at, block in enumerate(blocks):
        box = None if block.near is None else block.near.getparent()
        if block.linked and box is not None:
            lists.setdefault(box, []).append(at)
    found: set[int] = set()
    for together in lists.values():
        words = sum(blocks[at].words.count(" ") + 1 for at in together)
        if words < _MIN_HEADLINE_WORDS * len(together):
            found.update(together)
    return found


def _is_within(key: str, texts: Sequence[str]) -> bool:
    return any(key in text for text in texts)


def _is_byline(block: PageBlock, key: str, authors: Sequence[str]) -> bool:
    if block.words.count(" ") >= _MAX_BYLINE_WORDS:
        return False
    return any(name in key for name in authors if name)


def _find_root(
    element: lxml.html.HtmlElement, roots: dict[lxml.html.HtmlElement, lxml.html.HtmlElement]
) -> lxml.html.HtmlElement:
    path = []
    current: lxml.html.HtmlElement | None = element
    root = element
    while current is not None:
        if (known := roots.get(current)) is not None:
            root = known
            break
        path.append(current)
        root = current
        current = current.getparent()
    for passed in path:
        roots[passed] = root
    return root
