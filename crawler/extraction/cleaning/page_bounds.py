"""Limits the size and depth of a page, so that all further steps take bounded time. Pure."""

from __future__ import annotations

import re
from itertools import islice

import lxml.html
from lxml import etree

MAX_ATTRIBUTES = 300  # of one element; the parser is quadratic in them
MAX_ELEMENTS = 60_000
MAX_DEPTH = 80  # levels of nesting; articles have some thirty
MAX_LETTERS = 2_000_000  # characters of text, without scripts

_MANY_ATTRIBUTES = re.compile(
    r"""(<[a-zA-Z][^\s<>"'=/]*+)"""
    r"""(?:[\s/<]*+[^\s<>"'=/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>]++))?+)"""
    rf"{{{MAX_ATTRIBUTES},}}+"
)


# lxml parses characters that it does not accept as text: moving the text of an element fails
_CONTROL_REFERENCE = re.compile(
    "&#(?:0*+(?:[1-8]|1[124-9]|2[0-9]|3[01])|0++"
    "|[xX]0*+(?:[1-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[efEF])|[xX]0++)(?:;|(?![0-9a-fA-F]))"
)
_TOO_DEEP = etree.XPath(f"boolean({'/'.join('*' * (MAX_DEPTH + 1))})", regexp=False)
_TOO_LONG = etree.XPath(f"boolean(string-length() > {MAX_LETTERS})", regexp=False)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean_markup(text: str) -> str:
    """Remove markup that the parser or later steps cannot handle, before a page is parsed.

    These are the attributes of elements with more than `MAX_ATTRIBUTES`, and references to
    characters that no XML document may contain, such as `&#1;`.
    """
    return _MANY_ATTRIBUTES.sub(r"\1", _CONTROL_REFERENCE.sub("", text))


def cut_page(document: lxml.html.HtmlElement) -> tuple[str, ...]:
    """Cut a page to the limits, in place; returns a description of each cut.

    Elements nested too deeply are replaced by their text. Elements and characters beyond the limits
    are removed from the end of the page.
    """
    if _is_within_limits(document):
        return ()
    depths = {document: 0}
    deep: list[lxml.html.HtmlElement] = []
    late: list[lxml.html.HtmlElement] = []
    letters = 0
    for number, element in enumerate(document.iter()):
        if number:
            parent = element.getparent()
            depth = depths.get(parent)
            if depth is None:
                continue  # within a removed element
            if number >= MAX_ELEMENTS or letters > MAX_LETTERS:
                late.append(element)
                continue
            if depth == MAX_DEPTH:
                deep.append(element)
                continue
            depths[element] = depth + 1
        if element.tag not in ("script", "style"):
            letters += _cut_text(element, MAX_LETTERS - letters)
        letters += _cut_tail(element, MAX_LETTERS - letters)
    for element in late:
        element.getparent().remove(element)
    for element in deep:
        _flatten_element(element)
    cuts = []
    if deep:
        cuts.append(f"nested more than {MAX_DEPTH} deep")
    if letters > MAX_LETTERS:
        cuts.append(f"more than {MAX_LETTERS} characters")
    elif late:
        cuts.append(f"more than {MAX_ELEMENTS} elements")
    return tuple(cuts)


def _is_within_limits(document: lxml.html.HtmlElement) -> bool:
    """Return whether nothing is to be cut, counted by libxml2; here scripts count as text."""
    return (
        next(islice(document.iter(), MAX_ELEMENTS, None), None) is None
        and not _TOO_DEEP(document)
        and not _TOO_LONG(document)
    )


def _cut_text(element: lxml.html.HtmlElement, remaining: int) -> int:
    text = element.text
    if text and len(text) > remaining:
        element.text = text[: max(remaining, 0)]
    return len(text) if text else 0


def _cut_tail(element: lxml.html.HtmlElement, remaining: int) -> int:
    tail = element.tail
    if tail and len(tail) > remaining:
        element.tail = tail[: max(remaining, 0)]
    return len(tail) if tail else 0


def _flatten_element(element: lxml.html.HtmlElement) -> None:
    """Replace the children of an element by their text."""
    for script in list(element.iter("script", "style", "noscript", "template")):
        if script is not element:
            script.drop_tree()
    text = _CONTROLS.sub("", " ".join(element.itertext()))
    for child in list(element):
        element.remove(child)
    element.text = text
