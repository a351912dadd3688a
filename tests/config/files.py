"""Builds folders of configuration files that are right, for a test to break one thing in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.catalog import load_catalog
from config.errors import ConfigInvalid, Problem
from config.model import Catalog

KINDS = frozenset({"feed", "page"})

GOOD = {
    "settings.toml": '[mail]\nfrom = "Media watch <watch@trust.example>"\n',
    "suppliers.toml": '[[supplier]]\nkey = "acme"\nnames = ["Acme Records"]\n',
    "sources.toml": (
        '[[source]]\nkey = "gazette"\nkind = "feed"\nurl = "https://gazette.example/feed"\n'
    ),
    "watches.toml": '[[watch]]\nkey = "acme-nhs"\nquery = "@acme AND nhs"\n',
    "subscriptions.toml": (
        '[[subscription]]\nto = ["you@example.org"]\nwatches = ["acme-nhs"]\n'
        'cadence = "daily at 07:30"\n'
    ),
}


def config_folder(tmp_path: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """A folder with the good files, those in `files` in their place; None leaves one out."""
    folder = tmp_path / "config"
    folder.mkdir()
    for name, content in {**GOOD, **(files or {})}.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        elif content is not None:
            (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def load(folder: Path, environ: Mapping[str, str] | None = None) -> Catalog:
    return load_catalog(folder, environ or {}, kinds=KINDS)


def problems_of(folder: Path, environ: Mapping[str, str] | None = None) -> list[Problem]:
    """Every problem of the folder; none where it is right."""
    try:
        load(folder, environ)
    except ConfigInvalid as error:
        return list(error.problems)
    return []
