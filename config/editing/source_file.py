"""Appends a source to sources.toml; the rest of the file stays as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from config.editing.starter import read_content, replace_file
from config.editing.toml_writing import append_tables, quote
from config.errors import StarterRefused
from config.model import Source
from config.values import values
from config.values.mistakes import Mistake

_PORT = re.compile(r"[^/?#]*?:(\d{1,5})(?:[/?#]|\Z)")
_PORTS_OF_TLS = ("443", "8443")


def read_address(text: str) -> str:
    """Return a web address as typed, with https:// where no scheme is written.

    With a port other than 443 and 8443 it is http://, as development servers and proxies have it.

    Raises:
        Mistake: it is none.
    """
    tidy = text.strip()
    if "://" not in tidy:
        port = _PORT.match(tidy)
        scheme = "https" if port is None or port[1] in _PORTS_OF_TLS else "http"
        tidy = f"{scheme}://{tidy}"
    return values.check_url(tidy)


def is_address(text: str) -> bool:
    """Return whether a text is meant as a web address and not as the key of a source."""
    return "://" in text or "/" in text or "." in text


def key_for(url: str, taken: Collection[str]) -> str:
    """Return a key for a source that differs from those in use: `ward-ledger` of its host."""
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    labels = host.split(".")
    name = "-".join(labels[:-1]) if len(labels) > 1 and not labels[-1].isdigit() else host
    return values.make_key(name, taken, default="source")


def append_source(folder: Path, source: Source) -> Path:
    """Append a source to sources.toml, leaving the rest unchanged; return the path.

    Raises:
        ConfigNotFound: there is no sources.toml.
        StarterRefused: the file has a form to which no table can be appended.
    """
    path = folder / "sources.toml"
    before = read_content(path)
    lines = ["[[source]]", *(f"{name} = {quote(text)}" for name, text in _fields(source))]
    text = append_tables(before.decode("utf-8"), "\n".join(lines))
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff")).get("source", [])
    except tomllib.TOMLDecodeError as error:
        raise StarterRefused(
            f"nothing can be added at the end of {path}: write its sources as [[source]] tables"
        ) from error
    if not tables or tables[-1] != dict(_fields(source)):
        raise StarterRefused(f"{path} would not keep its other sources: add the source by hand")
    replace_file(path, before, text.encode("utf-8"))
    return path


def _fields(source: Source) -> list[tuple[str, str]]:
    fields = [("key", source.key), ("kind", source.kind), ("url", source.url)]
    return [*fields, ("name", source.name)] if source.name != source.key else fields


def check_key(text: str, taken: Collection[str]) -> str:
    """Return the key of a new source.

    Raises:
        Mistake: it is in use, or no key.
    """
    if text in taken:
        raise Mistake(f"there is a source {text!r} already", "choose another key")
    return values.check_key(text)
