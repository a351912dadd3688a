"""Makes sources of addresses, and appends them to sources.toml; the rest of the file stays."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from config.editing.file_replacement import read_content, replace_file
from config.editing.toml_writing import append_tables, quote
from config.errors import EditRefused
from config.model import Selectors, Source, Where
from config.values import checks
from config.values.invalid_value import InvalidValue

_PORT = re.compile(r"[^/?#]*?:(\d{1,5})(?:[/?#]|\Z)")
_PORTS_OF_TLS = ("443", "8443")


def read_address(text: str) -> str:
    """Return a typed URL, with https:// prepended where no scheme is written.

    With a port other than 443 and 8443 it is http://, which development servers and proxies use.

    Raises:
        InvalidValue: it is not a valid http or https URL.
    """
    tidy = text.strip()
    if "://" not in tidy:
        port = _PORT.match(tidy)
        scheme = "https" if port is None or port[1] in _PORTS_OF_TLS else "http"
        tidy = f"{scheme}://{tidy}"
    return checks.check_url(tidy)


def is_address(text: str) -> bool:
    """Return whether a text looks like a URL rather than the key of a source."""
    return "://" in text or "/" in text or "." in text


def make_source_key(url: str, taken: Collection[str]) -> str:
    """Make a key from the host of a URL (`ward-ledger` of ward-ledger.org), unlike those in use."""
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    labels = host.split(".")
    name = "-".join(labels[:-1]) if len(labels) > 1 and not labels[-1].isdigit() else host
    return checks.make_key(name, taken, default="source")


def make_source(
    url: str, *, key: str, name: str, kind: str = "feed", select: Selectors | None = None
) -> Source:
    """Make a source that is not declared, with the defaults of a declared one."""
    return Source(
        key=key,
        kind=kind,
        url=url,
        name=name,
        every=timedelta(minutes=15),
        min_every=timedelta(minutes=5),
        max_every=timedelta(hours=24),
        enabled=True,
        confidence="unconfirmed",
        item_kind="news",
        language=None,
        verify_tls=True,
        where=Where(file="", line=0),
        select=select or Selectors(),
    )


def append_source(folder: Path, source: Source) -> Path:
    """Append a source to sources.toml, leaving the rest unchanged; return the path.

    Raises:
        ConfigNotFound: there is no sources.toml.
        EditRefused: the file has a form to which no table can be appended.
    """
    path = folder / "sources.toml"
    before = read_content(path)
    lines = ["[[source]]", *(f"{name} = {quote(text)}" for name, text in _list_fields(source))]
    text = append_tables(before.decode("utf-8"), "\n".join(lines))
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff")).get("source", [])
    except tomllib.TOMLDecodeError as error:
        raise EditRefused(
            f"nothing can be added at the end of {path}: write its sources as [[source]] tables"
        ) from error
    if not tables or tables[-1] != dict(_list_fields(source)):
        raise EditRefused(f"appending would change other sources of {path}: add the source by hand")
    replace_file(path, before, text.encode("utf-8"))
    return path


def _list_fields(source: Source) -> list[tuple[str, str]]:
    fields = [("key", source.key), ("kind", source.kind), ("url", source.url)]
    return [*fields, ("name", source.name)] if source.name != source.key else fields


def check_new_key(text: str, taken: Collection[str]) -> str:
    """Check the key of a new source, and return it.

    Raises:
        InvalidValue: it is in use, or not a valid key.
    """
    if text in taken:
        raise InvalidValue(f"there is a source {text!r} already", "choose another key")
    return checks.check_key(text)
