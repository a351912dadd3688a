"""Classifies links on pages of board papers, and cleans their texts and file names. Pure."""

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
_OTHER_SECTION = re.compile(
    r"/(?:news|blog|press|events?|jobs|vacanc(?:y|ies)|careers|search|login|contact|wards?|services)"
    r"(?:[/\-]|$)",
    re.IGNORECASE,
)
_BOARD_WORD = re.compile(r"board|governor|meeting|papers|agenda|minutes|committee", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# query parameters that name a version of a file rather than a file
_VERSION_PARAMETERS = frozenset(
    {"v", "ver", "version", "rev", "revision", "sfvrsn", "m", "mtime", "modified", "updated"}
    | {"t", "ts", "timestamp", "_", "cb", "cachebuster", "_t"}
)

_SIZE = r"(?<!\d)\d++(?:[.,]\d++)?\s*+(?:kb|mb|kib|mib|bytes)\b"
_SEPARATOR = r"[\s,:;|\-–]"
_SEPARATOR_RUN = rf"(?:(?<!{_SEPARATOR}){_SEPARATOR}++)?"  # matches only a complete run
_DECORATION = re.compile(
    rf"[\[(]\s*+(?:pdf|adobe|document|file)?{_SEPARATOR}*+(?:{_SIZE})?{_SEPARATOR}*+(?:pdf)?\s*+[\])]"
    rf"|{_SEPARATOR_RUN}\bpdf\b{_SEPARATOR}*+(?:{_SIZE})|{_SIZE}"
    r"|\(?\b(?:opens|open) in (?:a )?new (?:window|tab)\b\)?"
    r"|\A\s*+(?:click here to )?(?:(?:download|view)\b(?: the| a)?|(?:read|open) the)"
    r"(?: pdf)?(?: of)?\s[\s:\-–]*+"
    rf"|\.pdf\b|{_SEPARATOR_RUN}\bpdf\b\s*+\Z|\A\s*+pdf\b[\s:;|\-–]*+|\bpdf icon\b",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:click\s)?(?:here|download|view|open|more|read more|link|document|file|pdf|now)?[\s.:›»>]*",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[a-f0-9]{8,}(?![a-z0-9])", re.IGNORECASE)


def is_pdf_link(link: lxml.html.HtmlElement, url: str) -> bool:
    """Return whether a link leads to a PDF, by its URL, its type or its text."""
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


def is_meeting_link(words: str, url: str, page: str) -> bool:
    """Return whether a link leads to another page of the same host about one meeting or year."""
    parts, own = urlsplit(url), urlsplit(page)
    if not is_page_of(url, page) or _OTHER_SECTION.search(parts.path):
        return False
    text = f"{words} {unquote(parts.path).removeprefix(unquote(own.path))} {parts.query}"
    if find_uk_date(text) is not None:
        return True
    return bool(_BOARD_WORD.search(text) and _YEAR.search(text))


def is_page_of(url: str, page: str) -> bool:
    """Return whether a URL is another web page of the same host, and not its front page."""
    parts, own = urlsplit(url), urlsplit(page)
    same_host = _get_host(parts.netloc) == _get_host(own.netloc)
    other = (parts.path.rstrip("/"), parts.query) != (own.path.rstrip("/"), own.query)
    return (
        same_host
        and other
        and parts.path not in ("", "/")
        and not _OTHER_FILE.search(unquote(parts.path))
    )


def stable_url(url: str) -> str:
    """Return the URL of a file without parameters that change with its version."""
    parts = urlsplit(url)
    query = parts.query
    if unquote(parts.path).lower().endswith(".pdf"):
        pairs = parse_qsl(query, keep_blank_values=True)
        # ?12345678 and ?v=3 both name a version of the file in the path
        query = urlencode([(n, v) for n, v in pairs if v and n.lower() not in _VERSION_PARAMETERS])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def clean_link_text(words: str) -> str:
    """Remove file type, file size and "download" from a link's text; may be empty."""
    text = " ".join(_DECORATION.sub(" ", " ".join(words.split())).split()).strip(" -–|:;,")
    return "" if _GENERIC.fullmatch(text) else text


def file_name(url: str) -> str:
    """Return the name of a URL's file as words, without extension and hashes."""
    name = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    name = _HASH.sub(" ", re.sub(r"\.pdf$", "", name, flags=re.IGNORECASE))
    return " ".join(re.sub(r"[_\-+\s]+", " ", name).split())


def _get_host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")
