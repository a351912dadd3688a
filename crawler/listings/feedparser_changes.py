"""Changes how feedparser reads three things for which it has no settings; import it to apply.

- Only HTML elements are markup, and only complete references are characters: its sanitizer removes
  `<Name>`, and reads `&copy=3` as a copyright sign.
- Titles and descriptions of images, videos and podcasts never replace those of the entry.
- A declared content type is kept beside the one that is assumed without a declaration.
"""

from __future__ import annotations

from typing import Any

import feedparser.mixin
from feedparser.mixin import _FeedParserMixin

from crawler.text.markup import escape_ampersands, escape_text

_sanitize_html = feedparser.mixin._sanitize_html
_resolve_links = feedparser.mixin.resolve_relative_uris
_push_content = _FeedParserMixin.push_content


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


feedparser.mixin.resolve_relative_uris = _resolve_in_elements
feedparser.mixin._sanitize_html = _sanitize_elements
_FeedParserMixin.push_content = _push_declared
for _name in ("media_title", "media_description", "itunes_summary", "dc_description"):
    setattr(_FeedParserMixin, f"_start_{_name}", _start_beside(_name))
    setattr(_FeedParserMixin, f"_end_{_name}", _end_beside(_name))
