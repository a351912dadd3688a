"""The configuration files of a newsroom under attack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_settings(
    folder: Path, *, data: Path, smtp_port: int, web_port: int, operator: str, more: tuple[str, str]
) -> None:
    """Write settings.toml; `more` is added to its tables [service] and [crawl]."""
    service, crawl = more
    (folder / "settings.toml").write_text(
        f'[mail]\nfrom = "watch@trust.example"\nsmtp = "127.0.0.1:{smtp_port}"\n'
        f'security = "none"\n[operator]\nto = "{operator}"\n'
        f"[service]\ndata = '{data}'\nlisten = \"127.0.0.1:{web_port}\"\n{service}"
        f'[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\n'
        f'max_age = "off"\n{crawl}'
    )


def write_sources(folder: Path, feeds: Mapping[str, str], declarations: Sequence[str]) -> None:
    """Write sources.toml: feeds by key, and further sources as they are declared."""
    outlets = [
        f'[[source]]\nkey = "{key}"\nkind = "feed"\nurl = "{url}"\n' for key, url in feeds.items()
    ]
    (folder / "sources.toml").write_text("".join([*outlets, *declarations]))


def write_readers(
    folder: Path, suppliers: Sequence[str], readers: Mapping[str, Sequence[str]]
) -> None:
    """Write a watch for each supplier, and a subscription for each reader of some of them."""
    (folder / "watches.toml").write_text(
        "".join(
            f"[[watch]]\nkey = \"{name.lower()}\"\nquery = '{name.lower()}'\n" for name in suppliers
        )
    )
    (folder / "subscriptions.toml").write_text(
        "".join(
            f'[[subscription]]\nkey = "{to.partition("@")[0]}"\nto = ["{to}"]\n'
            f"watches = {json.dumps([name.lower() for name in names])}\n"
            'cadence = "immediate"\n'
            for to, names in readers.items()
        )
    )
