"""Sources as OPML 2.0, the list of feeds that feed readers exchange. Pure.

Source: http://opml.org/spec2.opml. Folders of a list are read through and not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from config import values
from config.errors import NotOpml
from config.mistakes import Mistake
from config.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed of a list."""

    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a list brings: new tables for sources.toml, and what was left out."""

    text: str
    added: tuple[str, ...]  # keys
    known: int
    refused: tuple[str, ...]  # addresses, each with the reason


def write_opml(sources: Sequence[Source], *, title: str) -> bytes:
    """All feeds among the sources, as a document."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.kind == "feed":
            etree.SubElement(
                body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url
            )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def read_opml(document: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order.

    Raises:
        NotOpml: it is none, or is broken.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotOpml(f"this is no OPML: {error}; export the list of feeds again") from error
    if root.tag != "opml":
        raise NotOpml(f"this is no OPML: it begins with <{root.tag}>; it should with <opml>")
    found = []
    for one in root.iter("outline"):
        said = {str(name).lower(): str(value) for name, value in one.attrib.items()}
        if url := said.get("xmlurl", "").strip():
            title = " ".join((said.get("title") or said.get("text") or "").split())
            found.append(Outline(url=url, title=title))
    return tuple(found)


def new_sources(
    outlines: Sequence[Outline], *, keys: Collection[str], urls: Collection[str]
) -> Import:
    """Tables for the feeds that are not among `urls`, under keys that are not among `keys`."""
    taken, seen = set(keys), {_same(url) for url in urls}
    tables: list[str] = []
    added: list[str] = []
    refused: list[str] = []
    known = 0
    for one in outlines:
        try:
            url = values.check_url(one.url)
        except Mistake as mistake:
            shown = one.title or "a feed" if mistake.secret else one.url
            refused.append(f"{shown}: {mistake.message}; {mistake.mend}")
            continue
        if _same(url) in seen:
            known += 1
            continue
        seen.add(_same(url))
        key = _key(one.title or urlsplit(url).hostname or "", taken)
        taken.add(key)
        added.append(key)
        lines = ["[[source]]", f"key = {_toml(key)}", 'kind = "feed"', f"url = {_toml(url)}"]
        tables.append("\n".join([*lines, *([f"name = {_toml(one.title)}"] if one.title else [])]))
    text = "\n\n".join(tables)
    return Import(text=text, added=tuple(added), known=known, refused=tuple(refused))


def appended(file: str, text: str) -> str:
    """A file of sources with more of them at its end; every comment of it stays."""
    newline = "\r\n" if "\r\n" in file else "\n"
    head = file if not file or file.endswith("\n") else file + newline
    return head + (newline if head else "") + text.replace("\n", newline) + newline


def _same(url: str) -> str:
    """What addresses of one feed have in common: neither the scheme nor a last slash tells."""
    parts = urlsplit(url.strip())
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _key(title: str, taken: Collection[str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "feed"
    key, number = slug, 1
    while key in taken:
        number += 1
        key = f"{slug}-{number}"
    return key


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")
