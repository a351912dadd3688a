"""Removes blocks from a page that recur on other pages of its site. Pure, but changes the page.

Three kinds of block are boilerplate: blocks that recur on the host's pages, links to other articles
by their headlines, and teasers beside such links. The article's own headline, teaser and
description always stay. A paragraph between paragraphs of the article is removed only if it is also
on pages about other subjects: journalists repeat sentences of background. One directly before or
after them stays unless it is a note of the outlet, or at least a quarter of the pages with it are
about other subjects.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import lxml.html

from crawler.extraction.cleaning.element_removal import drop_element
from crawler.extraction.recurring.first_and_last import is_first_or_last, is_note
from crawler.extraction.recurring.page_blocks import PageBlock, Row, find_row
from crawler.extraction.recurring.site_memory import SiteMemory, has_beginning_of, key_of

_MIN_LETTERS = 4  # of a word that is compared with a headline
_MIN_SHARED = 0.4  # of a headline's words


def has_only_recurring_prose(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> bool:
    """Return whether all prose of a page recurs on its site: a wall, a notice or an error page.

    Text that shares enough words with the listed title or teaser is an article nevertheless.
    """
    prose = [block for block in blocks if block.is_prose]
    if not prose or any(not memory.recurs(block.key) for block in prose):
        return False
    return not is_about(" ".join(block.words for block in prose), own_words)


def is_about(text: str, own_words: Collection[str]) -> bool:
    """Return whether a text contains enough words of one of the texts `own_words`."""
    text_words = set(_list_long_words(text))
    for phrase in own_words:
        phrase_words = set(_list_long_words(phrase))
        if phrase_words and len(phrase_words & text_words) >= _MIN_SHARED * len(phrase_words):
            return True
    return False


def drop_recurring(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> list[PageBlock]:
    """Remove recurring blocks from their page; return the removed ones.

    Args:
        blocks: from `divide_into_blocks`; their elements are removed from the document.
        memory: of the page's host; it has learned this page.
        own_words: title, teaser and description of the article, which stay.
    """
    fresh = [not memory.recurs(block.key) for block in blocks]
    if not any(is_own and block.is_prose for block, is_own in zip(blocks, fresh, strict=True)):
        return []  # without prose of its own, article and boilerplate cannot be distinguished
    boxes = _find_link_boxes(blocks, memory, own_words)
    own = _find_own_spans(blocks, fresh)
    removed = []
    for at, block in enumerate(blocks):
        if fresh[at]:
            if not _is_link_elsewhere(block, memory, boxes):
                continue
        elif _is_background(blocks, at, own, memory):
            continue
        if not has_beginning_of(own_words, block.words):
            removed.append(block)
    for block in removed:
        if block.element is not None:
            drop_element(block.element)
    return removed


def remove_lines(text: str, removed: Sequence[PageBlock]) -> str:
    """Remove the lines of `text` that are removed blocks without an element of their own."""
    keys = {block.key for block in removed if block.element is None}
    if not keys:
        return text
    return "\n".join(line for line in text.split("\n") if key_of(line) not in keys)


def _find_link_boxes(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> set[lxml.html.HtmlElement]:
    """Return the parents of links to other articles."""
    boxes = set()
    for block in blocks:
        if block.element is not None and block.linked and memory.is_heading(block.words):
            if has_beginning_of(own_words, block.words):
                continue
            above = block.element.getparent()
            if above is not None and above.tag not in ("body", "main", "article"):
                boxes.add(above)
    return boxes


def _is_link_elsewhere(
    block: PageBlock, memory: SiteMemory, boxes: Collection[lxml.html.HtmlElement]
) -> bool:
    if not memory.is_heading(block.words) or block.element is None:
        return False
    return block.linked or block.element.getparent() in boxes


def _is_background(
    blocks: Sequence[PageBlock], at: int, own: Mapping[Row, tuple[int, int]], memory: SiteMemory
) -> bool:
    """Return whether a recurring paragraph is part of the article of its page."""
    block = blocks[at]
    if block.is_paragraph and _is_between_own(block, at, own):
        return not _is_inserted(block, memory)
    return (
        block.is_prose
        and is_first_or_last(blocks, at, own)
        and memory.is_of_one_subject(block.key)
        and not is_note(block.words)
    )


def _is_inserted(block: PageBlock, memory: SiteMemory) -> bool:
    """Return whether a paragraph within an article is inserted: it is on pages of other subjects.

    Recurrence alone does not suffice: a single-topic outlet may repeat it in each article.
    """
    surely = memory.recurs(block.key, surely=True) or not block.is_prose
    return surely and memory.is_of_other_subjects(block.key)


def _find_own_spans(
    blocks: Sequence[PageBlock], fresh: Sequence[bool]
) -> dict[Row, tuple[int, int]]:
    """Map each row of paragraphs to the indexes of its first and last one of the article."""
    found: dict[Row, tuple[int, int]] = {}
    for at, block in enumerate(blocks):
        row = find_row(block) if fresh[at] and block.is_prose else None
        if row is not None:
            found[row] = (found[row][0] if row in found else at, at)
    return found


def _is_between_own(block: PageBlock, at: int, own: Mapping[Row, tuple[int, int]]) -> bool:
    """Return whether paragraphs of the article are before and after this block in its row."""
    row = find_row(block)
    if row is None or row not in own:
        return False
    first, last = own[row]
    return first < at < last


def _list_long_words(text: str) -> list[str]:
    return re.findall(rf"\w{{{_MIN_LETTERS},}}", text.casefold())
