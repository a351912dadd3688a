"""What a link on a page of board papers leads to, and what it and its file are called. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import lxml.html

from crawler.text.uk_dates import find_uk_date

_PDF_WORD = re.compile(r"\bpdf\b", re.IGNORECASE)
_OTHER_FILE = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|odt|ods|rtf|csv|txt|zip|jpe?g|png|gif|svg|webp|mp[34]|ics|xml|json)$",
    re.IGNORECASE,
)
_DOWNLOAD = re.compile(r"/(?:download|getmedia|file|document_download)[s_\-/.]?", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"/(?:news|blog|press|events?|jobs|vacanc(?:y|ies)|careers|search|login|contact|wards?|services)"
    r"(?:[/\-]|$)",
    re.IGNORECASE,
)
_OF_A_BOARD = re.compile(r"board|governor|meeting|papers|agenda|minutes|committee", re.IGNORECASE)
_A_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# parameters that change with a file's version and not with the file
_VERSIONS = frozenset(
    {"v", "ver", "version", "rev", "revision", "sfvrsn", "m", "mtime", "modified", "updated"}
    | {"t", "ts", "timestamp", "_", "cb", "cachebuster", "_t"}
)

_SIZE = r"(?<!\d)\d++(?:[.,]\d++)?\s*+(?:kb|mb|kib|mib|bytes)\b"
_APART = r"[\s,:;|\-–]"
_RUN_APART = rf"(?:(?<!{_APART}){_APART}++)?"  # a whole run of them, from its first
_DECORATION = re.compile(
    rf"[\[(]\s*+(?:pdf|adobe|document|file)?{_APART}*+(?:{_SIZE})?{_APART}*+(?:pdf)?\s*+[\])]"
    rf"|{_RUN_APART}\bpdf\b{_APART}*+(?:{_SIZE})|{_SIZE}"
    r"|\(?\b(?:opens|open) in (?:a )?new (?:window|tab)\b\)?"
    r"|\A\s*+(?:click here to )?(?:(?:download|view)\b(?: the| a)?|(?:read|open) the)"
    r"(?: pdf)?(?: of)?\s[\s:\-–]*+"
    rf"|\.pdf\b|{_RUN_APART}\bpdf\b\s*+\Z|\A\s*+pdf\b[\s:;|\-–]*+|\bpdf icon\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:click\s)?(?:here|download|view|open|more|read more|link|document|file|pdf|now)?[\s.:›»>]*",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[a-f0-9]{8,}(?![a-z0-9])", re.IGNORECASE)


def leads_to_pdf(link: lxml.html.HtmlElement, url: str) -> bool:
    """Whether a link says that it leads to a PDF: by its address, its type or its words."""
    parts = urlsplit(url)
    path = unquote(parts.path).lower()
    if path.endswith(".pdf") or (link.get("type") or "").lower() == "application/pdf":
        return True
    if _OTHER_FILE.search(path):
        return False
    if ".pdf" in unquote(parts.query).lower():
        return True
    words = f"{link.text_content()} {link.get('class') or ''} {link.get('title') or ''}"
    return bool(_PDF_WORD.search(words)) or bool(_DOWNLOAD.search(parts.path))


def leads_to_meeting(words: str, url: str, page: str) -> bool:
    """Whether a link leads to another page of the same host that speaks of one meeting or year."""
    parts, own = urlsplit(url), urlsplit(page)
    if not is_page_of(url, page) or _ELSEWHERE.search(parts.path):
        return False
    said = f"{words} {unquote(parts.path).removeprefix(unquote(own.path))} {parts.query}"
    if find_uk_date(said) is not None:
        return True
    return bool(_OF_A_BOARD.search(said) and _A_YEAR.search(said))


def is_page_of(url: str, page: str) -> bool:
    """Whether an address is another web page of the same host, and not its front."""
    parts, own = urlsplit(url), urlsplit(page)
    same_host = _host(parts.netloc) == _host(own.netloc)
    other = (parts.path.rstrip("/"), parts.query) != (own.path.rstrip("/"), own.query)
    return (
        same_host
        and other
        and parts.path not in ("", "/")
        and not _OTHER_FILE.search(unquote(parts.path))
    )


def lasting(url: str) -> str:
    """The address of a file without what changes with its version."""
    parts = urlsplit(url)
    query = parts.query
    if unquote(parts.path).lower().endswith(".pdf"):
        pairs = parse_qsl(query, keep_blank_values=True)
        # ?12345678 and ?v=3 alike name a version of a file that is named by its path
        query = urlencode([(n, v) for n, v in pairs if v and n.lower() not in _VERSIONS])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def told(words: str) -> str:
    """The words of a link without what they say of the file's make and size; perhaps nothing."""
    text = " ".join(_DECORATION.sub(" ", " ".join(words.split())).split()).strip(" -–|:;,")
    return "" if _SAYS_NOTHING.fullmatch(text) else text


def file_name(url: str) -> str:
    """A file's name as words."""
    name = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    name = _HASH.sub(" ", re.sub(r"\.pdf$", "", name, flags=re.IGNORECASE))
    return " ".join(re.sub(r"[_\-+\s]+", " ", name).split())


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")
