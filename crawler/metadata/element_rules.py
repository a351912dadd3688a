"""Finds the elements that an XPath rule selects by their own tag and attributes, quickly. Pure.

libxml2 calls Python for each regular expression of each element, so that the rules of trafilatura
take longer than parsing the page. Elements of one page, and the pages of one site, share few names:
here a rule is evaluated once for each combination of tag and attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

import lxml.html
from lxml import etree

_MAX_KNOWN = 4_000  # combinations whose results a rule caches from page to page
_MAX_REMEMBERED = 300  # characters of the attributes of one
_ATTRIBUTE = re.compile(r"@([\w-]+)")
_TAG = re.compile(r"(?:self::|\|//)(\w+)")

_Key = tuple[object, ...]


class ElementRule:
    """An XPath rule for the descendants of an element.

    Args:
        expression: selects elements by conditions on their own tag and attributes.
        is_only_candidate: it has other conditions too, which it is asked for where elements have
            the attributes.
    """

    def __init__(self, expression: Any, *, is_only_candidate: bool = False) -> None:
        self._expression = expression
        self._is_only_candidate = is_only_candidate
        self._attributes = tuple(sorted(set(_ATTRIBUTE.findall(expression.path))))
        self._tags = tuple(sorted(set(_TAG.findall(expression.path)))) or ("*",)
        self._is_absolute = expression.path.strip().startswith("//")  # the root counts too
        self._known: dict[_Key, bool] = {}
        self._find_attributed = self._compile_attributed()

    def __call__(self, tree: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
        """Return the elements below `tree` that the rule selects, in document order."""
        known, unknown = self._known, dict[_Key, lxml.html.HtmlElement]()
        keyed = [(one, self._make_key(one)) for one in self._list_candidates(tree)]
        for element, key in keyed:
            if key not in known:
                unknown.setdefault(key, element)
        try:
            new = self._evaluate(unknown) if unknown else {}
        except ValueError:  # an attribute that lxml has parsed but does not accept
            return self._select(tree)
        found = [one for one, key in keyed if (known[key] if key in known else new[key])]
        if new:
            self._remember(new)
        return self._select(tree) if found and self._is_only_candidate else found

    def _list_candidates(self, tree: lxml.html.HtmlElement) -> Iterable[lxml.html.HtmlElement]:
        """Return the elements that the rule may select, in document order."""
        if self._find_attributed is not None:
            found: list[lxml.html.HtmlElement] = self._find_attributed(tree)
            return found
        iterate = tree.iter if self._is_absolute else tree.iterdescendants
        return cast("Iterable[lxml.html.HtmlElement]", iterate(*self._tags))

    def _compile_attributed(self) -> Any:
        """Return an XPath for the elements with the attributes; None if the rule selects others.

        libxml2 skips the other elements many times as fast as Python.
        """
        root = etree.Element("combinations")
        for name in ("div", "other") if self._tags == ("*",) else self._tags:
            etree.SubElement(etree.SubElement(root, "combination"), name)
        bare = tuple(one.tag for one in self._expression(root))
        if not self._attributes or (bare and self._tags == ("*",)):
            return None
        axis = "descendant-or-self" if self._is_absolute else "descendant"
        tags = "" if self._tags == ("*",) else f"[{_join('self::', self._tags)}]"
        conditions = (*(f"@{name}" for name in self._attributes), *(f"self::{tag}" for tag in bare))
        return etree.XPath(f"{axis}::*{tags}[{' or '.join(conditions)}]", regexp=False)

    def _make_key(self, element: lxml.html.HtmlElement) -> _Key:
        """Return tag and attributes; also their order, since `@id|@class` is the first of them."""
        get = element.get
        values = [get(name) for name in self._attributes]
        if values.count(None) >= len(values) - 1:
            return (element.tag, *values)
        order = tuple(name for name, _ in element.items() if name in self._attributes)
        return (element.tag, *values, order)

    def _evaluate(self, unknown: dict[_Key, lxml.html.HtmlElement]) -> dict[_Key, bool]:
        """Evaluate the rule for one element of each combination, in a document of their own."""
        root = etree.Element("combinations")
        made = {}
        for key, element in unknown.items():
            one = etree.SubElement(etree.SubElement(root, "combination"), element.tag)
            for name, value in element.items():
                if name in self._attributes:
                    one.set(name, value)
            made[key] = one
        selected = set(self._expression(root))
        return {key: one in selected for key, one in made.items()}

    def _remember(self, verdicts: dict[_Key, bool]) -> None:
        """Remember the verdicts of short combinations for other pages."""
        if len(self._known) + len(verdicts) > _MAX_KNOWN:
            self._known = {}
        if len(verdicts) <= _MAX_KNOWN:
            self._known.update(
                (key, one) for key, one in verdicts.items() if _measure(key) <= _MAX_REMEMBERED
            )

    def _select(self, tree: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
        return list(self._expression(tree))


def _join(prefix: str, names: tuple[str, ...]) -> str:
    return " or ".join(prefix + name for name in names)


def _measure(key: _Key) -> int:
    return sum(len(one) for one in key if isinstance(one, str))
