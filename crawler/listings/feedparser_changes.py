"""Changes how feedparser reads four things for which it has no settings; import it to apply.

- Only HTML elements are markup, and only complete references are characters: its sanitizer removes
  `<Name>`, and reads `&copy=3` as a copyright sign.
- Titles and descriptions of images, videos and podcasts never replace those of the entry.
- The description and link of a part of an entry (`image`, `textInput`, others) never replace those
  of the entry, whatever their order; a `textInput` in an entry raises KeyError otherwise.
- A declared content type is kept beside the one that is assumed without a declaration.
"""

from __future__ import annotations

from typing import Any

import feedparser.mixin
from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from crawler.text.markup import escape_ampersands, escape_text

_sanitize_html = feedparser.mixin._sanitize_html
_resolve_links = feedparser.mixin.resolve_relative_uris
_push_content = _FeedParserMixin.push_content
_start_description = _FeedParserMixin._start_description
_end_description = _FeedParserMixin._end_description
_start_textinput = _FeedParserMixin._start_textinput
_end_link = _FeedParserMixin._end_link
_PART_DESCRIPTION = "part_description"


def _escape_fragment(fragment: str, content_type: str) -> str:
    # in XHTML, elements are those of the document, and text is escaped
    if content_type != "text/html":
        return fragment
    return escape_ampersands(escape_text(fragment))


def _sanitize_elements(fragment: str, encoding: str, content_type: str) -> Any:
    return _sanitize_html(_escape_fragment(fragment, content_type), encoding, content_type)


def _resolve_in_elements(fragment: str, base: str, encoding: str, content_type: str) -> Any:
    return _resolve_links(_escape_fragment(fragment, content_type), base, encoding, content_type)


def _push_declared(self: Any, tag: str, attributes: Any, default: str, expecting: Any) -> None:
    _push_content(self, tag, attributes, default, expecting)
    self.contentparams["declared"] = attributes.get("type")


def _start_beside(name: str) -> Any:
    def start(self: Any, attributes: Any) -> None:
        self.push_content(name, attributes, "text/html", 1)

    return start


def _end_beside(name: str) -> Any:
    def end(self: Any) -> None:
        self.pop_content(name)

    return end


def _depths_of_entry(self: Any) -> dict[str, int] | None:
    """Return how deep the elements of the current entry are; None outside of entries."""
    if not self.inentry or self.insource:
        return None
    depths: dict[str, int] = self.property_depth_map.setdefault(self.entries[-1], {})
    return depths


def _start_outermost_description(self: Any, attributes: Any) -> None:
    known = (_depths_of_entry(self) or {}).get("summary")
    if known is None or known == self.depth:
        _start_description(self, attributes)
    else:
        name = "description" if self.depth < known else _PART_DESCRIPTION
        self.push_content(name, attributes, "text/html", 1)


def _end_outermost_description(self: Any) -> None:
    if self.elementstack and self.elementstack[-1][0] == _PART_DESCRIPTION:
        self.pop_content(_PART_DESCRIPTION)
    else:
        _end_description(self)


def _start_any_textinput(self: Any, attributes: Any) -> None:
    self.feeddata.setdefault("textinput", FeedParserDict())
    _start_textinput(self, attributes)


def _end_outermost_link(self: Any) -> None:
    depths = _depths_of_entry(self)
    if depths is None or not self.elementstack or self.elementstack[-1][0] != "link":
        _end_link(self)
    elif self.intextinput or self.depth > depths.get("link", self.depth):
        self.elementstack.pop()
    else:
        depths["link"] = self.depth
        _end_link(self)


feedparser.mixin.resolve_relative_uris = _resolve_in_elements
feedparser.mixin._sanitize_html = _sanitize_elements
_FeedParserMixin.push_content = _push_declared
_FeedParserMixin._start_description = _start_outermost_description
_FeedParserMixin._end_description = _end_outermost_description
_FeedParserMixin._start_textinput = _start_any_textinput
_FeedParserMixin._end_link = _end_outermost_link
for _name in ("media_title", "media_description", "itunes_summary", "dc_description"):
    setattr(_FeedParserMixin, f"_start_{_name}", _start_beside(_name))
    setattr(_FeedParserMixin, f"_end_{_name}", _end_beside(_name))
