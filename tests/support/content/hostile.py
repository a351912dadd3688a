"""Content that a page, a spreadsheet, a template or a terminal could read as more than text.

The outputs are parsed back by two parsers of HTML; what may stand in an output is what stands in
the same output made of harmless words.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from lxml import html as lxml_html

# each fits beside a short word into the shortest field that is shown, the name of a source
MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)>",
    "frame": '<iframe srcdoc="<b>x</b>">',
    "button": "<button formaction=//evil.example>",
    "video": "<video onloadstart=alert(1)>",
    "input": "<form action=//evil.example><input>",
    "style": "</style><style>p{color:red}</style>",
    "colour": "red;position:fixed;behavior:expression(1)",
    "double-quote": '" onmouseover="alert(1)" x="',
    "single-quote": "' onfocus='alert(1)' x='",
    "closing": "</b></p></td></table></a><h1>x</h1>",
    "link": "<a href='jaVa&#9;script:alert(1)'>x",
    "named-entity": "&lt;img src=x onerror=alert(1)&gt;",
    "numbered-entity": "&#60;svg onload=alert(1)&#62;",
    "cdata": "]]><b>x</b><![CDATA[",
    "comment": "<!-- x --><![endif]--><i>x</i>",
    "raw-text": "<textarea><title><noscript>",
    "refresh": "<meta http-equiv=refresh content=0>",
    "base": "<base href=//evil.example>",
}
TEMPLATES = {
    "expression": "{{7*191}}",
    "statement": "{% include 'style.css' %}",
    "comment": "{# gone #}",
    "escape-off": "{{ '<b>'|safe }}",
    "attributes": "{{ ''.__class__.__mro__ }}",
    "format": "{0.__class__} {} {title}",
    "percent": "%s %(title)s %d 100%",
    "dollar": "${7*191} $title #{7*191}",
}
LINKS = {
    "javascript": "javascript:alert(1)",
    "case": "JaVaScRiPt:alert(1)",
    "tab": "java\tscript:alert(1)",
    "line-break": "java\nscript:alert(1)",
    "blank-before": " javascript:alert(1)",
    "control-before": "\x01javascript:alert(1)",
    "entity": "javascript&colon;alert(1)",
    "numbered-entity": "&#106;avascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "feed": "feed:javascript:alert(1)",
    "relative": "//evil.example/x",
    "no-scheme": "alert(1)",
    "user": "https://outlet.example@evil.example/",
    "backslash": "https:\\\\evil.example\\x",
    "quote": 'https://evil.example/"onmouseover="alert(1)',
    "angle": "https://evil.example/<script>alert(1)</script>",
    "bar": "https://evil.example/|x>y",
    "bracket": "https://evil.example/)[x](https://evil.example",
}


def elements_of(page: str) -> set[tuple[object, ...]]:
    """Each kind of element with the names of its attributes and its style, by two parsers."""
    by_lxml: set[tuple[object, ...]] = set()
    for element in lxml_html.document_fromstring(page).iter():
        if isinstance(element.tag, str):
            names = tuple(sorted(str(name) for name in element.attrib))
            by_lxml.add(("lxml", element.tag, names, element.get("style")))
        else:
            by_lxml.add(("lxml", "comment", element.text))
    other = _Elements()
    other.feed(page)
    other.close()
    return by_lxml | other.found


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[object, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = tuple(sorted(name for name, _ in attrs))
        self.found.add(("html.parser", tag, names, dict(attrs).get("style")))

    def handle_comment(self, data: str) -> None:
        self.found.add(("html.parser", "comment", data))


def words_of(page: str) -> str:
    """The text that a reader sees, with single blanks."""
    return squeezed(str(lxml_html.document_fromstring(page).text_content()))


def squeezed(text: str) -> str:
    """A text with single blanks."""
    return re.sub(r"\s+", " ", text)


def addresses_of(page: str) -> list[str]:
    """Every address that an element of a page refers to."""
    tree = lxml_html.document_fromstring(page)
    names = ("href", "src", "action", "formaction", "background", "poster", "srcset", "data")
    return [str(each.get(name)) for each in tree.iter() for name in names if each.get(name)]


def assert_web_address(address: str) -> None:
    """An address that opens a page of the web and nothing else."""
    assert re.fullmatch(r"https?://[^\s\x00-\x20\x7f<>\"'`\\|]+|mailto:[^\s<>\"]+", address), (
        address
    )
    assert "@" not in urlsplit(address).netloc
