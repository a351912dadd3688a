"""Reads and writes sources as OPML 2.0, the exchange format of feed readers. Pure.

Source: http://opml.org/spec2.opml. Folders are flattened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from config.editing.toml_writing import quote
from config.errors import NotOpml
from config.model import Source
from config.values import checks
from config.values.invalid_value import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of an OPML document."""

    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The result of an import: TOML tables for sources.toml, and the feeds left out of them."""

    text: str
    added: tuple[str, ...]  # keys of the new sources
    known: int  # feeds that were configured already
    refused: tuple[str, ...]  # URLs, each with the reason


def write_opml(sources: Sequence[Source], *, title: str) -> bytes:
    """Write the sources that a feed reader can read as an OPML document."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        if is_feed(source):
            etree.SubElement(
                body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url
            )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def is_feed(source: Source) -> bool:
    """Return whether a feed reader can read a source: a feed, or an Atom feed of GOV.UK."""
    path = urlsplit(source.url).path
    return source.kind == "feed" or (source.kind == "govuk" and path.endswith(".atom"))


def read_opml(document: bytes) -> tuple[Outline, ...]:
    """Parse the feeds of an OPML document, in document order.

    Raises:
        NotOpml: the document is not OPML, or is not well-formed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotOpml(f"this is not OPML: {error}; export the list of feeds again") from error
    if root.tag != "opml":
        raise NotOpml(f"this is not OPML: it begins with <{root.tag}>, not with <opml>")
    found = []
    for outline in root.iter("outline"):
        attributes = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        if url := attributes.get("xmlurl", "").strip():
            title = " ".join((attributes.get("title") or attributes.get("text") or "").split())
            found.append(Outline(url=url, title=title))
    return tuple(found)


def build_source_tables(
    outlines: Sequence[Outline], *, keys: Collection[str], urls: Collection[str], group: str = ""
) -> Import:
    """Make source tables for feeds that are not configured yet.

    Args:
        outlines: the feeds of an OPML document.
        keys: keys in use; new ones differ from them.
        urls: URLs of the configured sources.
        group: of the new sources; empty for none.
    """
    taken, seen = set(keys), {_make_comparison_key(url) for url in urls}
    tables: list[str] = []
    added: list[str] = []
    refused: list[str] = []
    known = 0
    for outline in outlines:
        try:
            url = checks.check_url(outline.url)
        except InvalidValue as invalid:
            shown = outline.title or "a feed" if invalid.secret else outline.url
            refused.append(f"{shown}: {invalid.message}; {invalid.hint}")
            continue
        if _make_comparison_key(url) in seen:
            known += 1
            continue
        seen.add(_make_comparison_key(url))
        key = checks.make_key(outline.title or urlsplit(url).hostname or "", taken, default="feed")
        taken.add(key)
        added.append(key)
        lines = ["[[source]]", f"key = {quote(key)}", 'kind = "feed"', f"url = {quote(url)}"]
        if group:
            lines.append(f"group = {quote(group)}")
        if outline.title:
            name = outline.title.replace("\x7f", "")
            lines.append(f"name = {quote(name)}")
        tables.append("\n".join(lines))
    text = "\n\n".join(tables)
    return Import(text=text, added=tuple(added), known=known, refused=tuple(refused))


def _make_comparison_key(url: str) -> str:
    """Normalise a URL for comparison: without scheme, `www.` and trailing slash."""
    parts = urlsplit(url.strip())
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"
