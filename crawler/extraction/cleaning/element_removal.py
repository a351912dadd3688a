"""Removes elements from a parsed page."""

from __future__ import annotations

import lxml.html


def drop_element(element: lxml.html.HtmlElement) -> None:
    """Remove an element, but not the text after it, unless it was removed with one around it."""
    if element.getparent() is not None:
        element.drop_tree()
