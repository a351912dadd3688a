"""A configuration folder for a whole run over outlets on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

READER = "reader@trust.example"


def write_loopback_config(
    folder: Path, data: Path, *, feeds: Mapping[str, str], watches: Mapping[str, str]
) -> None:
    """Feeds by key, watches by key, and one reader who is told of all at once, by files."""
    folder.mkdir()
    (folder / "settings.toml").write_text(
        f'[mail]\nfrom = "watch@trust.example"\n[service]\ndata = "{data}"\nlisten = ""\n'
        # the process of the tests counts as the service, and holds more than one
        '[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\nmemory_limit_mb = 4096\n'
        # captured pages are years old, and are news of the run all the same
        'max_age = "off"\n'
    )
    (folder / "suppliers.toml").write_text("")
    (folder / "sources.toml").write_text(
        "".join(
            f'[[source]]\nkey = "{key}"\nkind = "feed"\nurl = "{url}"\n'
            for key, url in feeds.items()
        )
    )
    (folder / "watches.toml").write_text(
        "".join(
            f"[[watch]]\nkey = \"{key}\"\nquery = '''{query}'''\n" for key, query in watches.items()
        )
    )
    (folder / "subscriptions.toml").write_text(
        f'[[subscription]]\nkey = "now"\nto = ["{READER}"]\nwatches = ["*"]\n'
        'cadence = "immediate"\n'
    )
