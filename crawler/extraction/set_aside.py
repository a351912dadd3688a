"""Keep the text that is cut from a page, by the rule that cut it. Pure.

The blocks of a page are compared with the text that is left at the end, so that text is kept
whatever rule cut it, and none has to report what it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import lxml.html

from crawler.extraction.cleaning.lines import is_publisher_line
from crawler.extraction.cleaning.page_places import PagePlaces, describe_box, rule_of_box
from crawler.extraction.lost_paragraphs import find_keys
from crawler.extraction.recurring.page_blocks import PageBlock
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.text.folding import get_letters
from storage.model import AsideBlock

MAX_BLOCKS = 400  # of one page
MAX_CHARACTERS = 16_000  # of one page
LONGEST = 2_000  # characters of a block; longer ones are divided
_MIN_WORDS = 3  # of a block that is worth telling; captions may be shorter
_MIN_HEADLINE_WORDS = 5  # of a link; shorter ones are labels of a menu
_MAX_BYLINE_WORDS = 12


class SetAside:
    """The blocks of one page, and which of them were cut by which rule.

    Args:
        blocks: of the whole page.
        document: the page; nothing has been removed from it yet.
        memory: of its host, if it is known.
        columns: blocks that were removed from the page before, with a layout table.
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
        self._places = PagePlaces(document)
        self._near = [self._places.of(block.near) for block in self._blocks]
        self._menus = _find_label_lists(self._blocks)
        # index of a block -> rule, detail
        self._rules = dict.fromkeys(range(len(blocks), len(self._blocks)), ("column", ""))
        self._lines: list[AsideBlock] = []

    def note_removed(self, removed: Iterable[PageBlock]) -> None:
        """Record blocks that were removed because they recur or point to other articles."""
        gone = {id(block) for block in removed}
        for at, block in enumerate(self._blocks):
            if id(block) in gone:
                recurs = self._memory is not None and self._memory.recurs(block.key)
                self._rules[at] = ("recurring" if recurs else "other-article", "")

    def note_detached(self) -> None:
        """Record blocks whose elements have been removed from the page since."""
        roots: dict[lxml.html.HtmlElement, lxml.html.HtmlElement] = {}
        for at, block in enumerate(self._blocks):
            if at in self._rules or block.near is None:
                continue
            root = _root_of(block.near, roots)
            if root is not self._document:
                self._rules[at] = (rule_of_box(root), describe_box(root))

    def note_lines(self, before: str, after: str, rule: str) -> None:
        """Record lines that were removed from the text; those with a known wording by that."""
        self._lines += _removed_lines(before, after, rule)

    def collect(
        self, text: str, *, comments: str, own: Collection[str], authors: Sequence[str]
    ) -> tuple[AsideBlock, ...]:
        """Return what is on the page and in none of its texts.

        Args:
            text: of the article, as it is kept.
            comments: of readers, which are kept apart.
            own: headline and teaser of the article, as they are kept.
            authors: of the article; a line with their names is no text about anybody.
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
                continue  # held as a comment
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
        place = self._near[at]
        if place.comments:
            return "comments", ""
        rule, detail = self._rules.get(at, ("extractor", ""))
        if place.menu or (at in self._menus and rule == "extractor"):
            return "menu", detail
        return rule, detail

    def _is_worth_telling(self, at: int, rule: str) -> bool:
        block, place = self._blocks[at], self._near[at]
        if rule == "caption":
            return True
        if rule == "other-article" or place.menu or place.comments or at in self._menus:
            return False
        words = block.words.count(" ") + 1
        if block.linked:
            # a headline that a listing announced is an item itself
            is_item = self._memory is not None and self._memory.is_heading(block.words)
            return words >= _MIN_HEADLINE_WORDS and not is_item
        return words >= _MIN_WORDS


def lines_set_aside(text: str, rule: str) -> tuple[AsideBlock, ...]:
    """Return each line of a text that is not used as an article as a block."""
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
    """Divide a text into parts of at most `LONGEST` characters, between words if possible."""
    at = 0
    while len(text) - at > LONGEST:
        end = text.rfind(" ", at + LONGEST // 2, at + LONGEST)
        end = at + LONGEST if end < 0 else end
        yield text[at:end].strip()
        at = end
    if rest := text[at:].strip():
        yield rest


def limit_asides(blocks: Sequence[AsideBlock]) -> tuple[AsideBlock, ...]:
    """Cut a list of blocks to the limits, those that are worth telling first kept.

    The rest is named by one block of the rule `over-limit`, without its text.
    """
    kept: set[int] = set()
    room, characters, left = MAX_CHARACTERS, 0, 0
    for at in sorted(range(len(blocks)), key=lambda at: (not blocks[at].tells, at)):
        length = len(blocks[at].text)
        if len(kept) < MAX_BLOCKS and length <= room:
            kept.add(at)
            room -= length
        else:
            left, characters = left + 1, characters + length
    within = tuple(block for at, block in enumerate(blocks) if at in kept)
    if not left:
        return within
    detail = f"{left} blocks, {characters} characters"
    return (*within, AsideBlock(rule="over-limit", detail=detail, text="", tells=False))


def _removed_lines(before: str, after: str, rule: str) -> Iterator[AsideBlock]:
    """Yield the lines that were removed from a text."""
    left = Counter(after.split("\n"))
    for line in before.split("\n"):
        if left[line] > 0 or not line.strip():
            left[line] -= 1
            continue
        named = "house-line" if rule == "page-note" and is_publisher_line(line) else rule
        for part in divide_text(line):
            yield AsideBlock(rule=named, text=part, tells=part.count(" ") + 1 >= _MIN_WORDS)


def _find_label_lists(blocks: Sequence[PageBlock]) -> set[int]:
    """Return the indexes of links that stand together and are labels rather than headlines."""
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


def _root_of(
    element: lxml.html.HtmlElement, roots: dict[lxml.html.HtmlElement, lxml.html.HtmlElement]
) -> lxml.html.HtmlElement:
    path = []
    current = element
    while current not in roots:
        path.append(current)
        above = current.getparent()
        if above is None:
            roots[current] = current
            break
        current = above
    for passed in path:
        roots[passed] = roots[current]
    return roots[current]
