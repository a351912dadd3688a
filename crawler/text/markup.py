"""Distinguishes the markup of an HTML fragment from text that resembles it. Pure."""

from __future__ import annotations

import html
import re
from html.entities import html5

# HTML Living Standard, with the obsolete elements that it lists
_ELEMENT_NAMES = """
a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big
blink blockquote body br button canvas caption center cite code col colgroup data datalist
dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form
frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins
isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem
meta meter multicol nav nobr noembed noframes noscript object ol optgroup option output p
param picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select
slot small source spacer span strike strong style sub summary sup svg table tbody td
template textarea tfoot th thead time title tr track tt u ul var video wbr xmp
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_IN_PICTURES = frozenset(
    ("circle", "defs", "ellipse", "g", "line", "lineargradient", "path", "polygon", "polyline",
     "rect", "stop", "symbol", "text", "tspan", "use")
)  # fmt: skip
_OFFICE = ("o:", "v:", "w:", "m:", "st1:", "fb:", "g:", "amp-")  # of word processors and widgets
_BOOLEAN_NAMES = """
allowfullscreen async autofocus autoplay checked compact controls default defer disabled
download hidden inert ismap itemscope loop multiple muted nohref nomodule noresize noshade
novalidate nowrap open playsinline readonly required reversed selected
"""
_BOOLEAN = frozenset(_BOOLEAN_NAMES.split())
_TAG = re.compile(r"<(?P<mark>/?+)(?P<name>[A-Za-z][\w:.-]*+)(?P<rest>[^<>]*+)(?P<end>>?+)|<")
_CLOSED = re.compile(r"</([a-z][\w:.-]*+)", re.IGNORECASE)
_SWALLOWING = frozenset(("title", "textarea", "plaintext", "xmp"))  # up to their end tag
_HIDING = frozenset(("script", "style", "noscript", "template", "iframe", "noframes", "noembed"))
_VOID = frozenset(("br", "hr", "img", "input", "wbr", "p", "li", "td", "tr", "dd", "dt"))
_COMMENT = re.compile(r"<!--|<!\[CDATA\[|<!doctype|<\?xml", re.IGNORECASE)
_REFERENCE = re.compile(r"&(#[0-9]{1,9}+|#[xX][0-9a-fA-F]{1,8}+|[A-Za-z][A-Za-z0-9]{1,40}+)(;?+)")
# often written without a semicolon; "&copy=3" and "R&D" are literal
_WITHOUT_SEMICOLON = frozenset(("amp", "lt", "gt", "quot", "nbsp"))


def escape_text(fragment: str) -> str:
    """Escape each "<" of a fragment that does not begin an HTML element: `<Name>`, `p<0.05`."""
    if "<" not in fragment:
        return fragment
    closed = frozenset(one.lower() for one in _CLOSED.findall(fragment))
    return _TAG.sub(lambda found: _escape_unless_element(found, closed), fragment)


def has_markup(fragment: str) -> bool:
    """Return whether a fragment has any HTML element or comment."""
    return "<" in fragment and "<" in escape_text(fragment)


def unescape(text: str) -> str:
    """Resolve character references; other ampersands stay as written."""
    if "&" not in text:
        return text
    return _REFERENCE.sub(_resolve, text)


def escape_ampersands(fragment: str) -> str:
    """Escape each ampersand that does not begin a character reference."""
    if "&" not in fragment:
        return fragment
    parts = []
    at = 0
    while (found := fragment.find("&", at)) >= 0:
        reference = _REFERENCE.match(fragment, found)
        parts += [fragment[at:found], "&"]
        at = found + 1
        if reference is None or _resolve(reference) == reference[0]:
            parts.append("amp;")
    return "".join((*parts, fragment[at:]))


def _resolve(reference: re.Match[str]) -> str:
    name, semicolon = reference.groups()
    if semicolon:
        known = name.startswith("#") or f"{name};" in html5
        return html.unescape(reference[0]) if known else reference[0]
    following = reference.string[reference.end() : reference.end() + 1]
    if following == "=" or following.isalnum():
        return reference[0]
    common = name.startswith("#") or name in _WITHOUT_SEMICOLON
    return html.unescape(f"&{name};") if common else reference[0]


def _escape_unless_element(found: re.Match[str], closed: frozenset[str]) -> str:
    name = found["name"]
    if name is None:
        is_markup = _COMMENT.match(found.string, found.start()) is not None
    else:
        name = name.lower()
        known = _is_element(name) or (name in _IN_PICTURES and "svg" in closed)
        is_markup = known and _are_attributes(found["rest"], found["end"])
        is_markup = is_markup and not (
            name not in closed and not found["mark"] and _may_be_a_word(found)
        )
    return found[0] if is_markup else f"&lt;{found[0][1:]}"


def _may_be_a_word(found: re.Match[str]) -> bool:
    """Return whether a start tag without an end tag may be a bracketed word: `<Summary>`."""
    name = found["name"]
    if name.lower() in _SWALLOWING:
        return True
    if "=" in found["rest"]:
        return False
    is_written_as_name = name[1:] != name[1:].upper() and name[:1].isupper()
    return name.lower() in _HIDING or (is_written_as_name and name.lower() not in _VOID)


def _is_element(name: str) -> bool:
    return name in _ELEMENTS or name.startswith(_OFFICE)


def _are_attributes(rest: str, end: str) -> bool:
    """Return whether the rest of a tag can be attributes; `end`: ">", or empty without one."""
    rest = rest.strip().rstrip("/").rstrip()
    if "=" in rest:
        return True
    words = rest.lower().split()
    return bool(end) and all(one in _BOOLEAN for one in words)
