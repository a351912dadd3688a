"""Writes the configuration of `demo --serve`: that of the demo, a desk, and three more sources."""

from __future__ import annotations

from pathlib import Path

from supplierwatch.demo.configuration import BOARD, write_configuration
from supplierwatch.demo.server import Newsroom

# key, name, kind of item, and the outlet at whose address it is served
RECORDS = (
    ("contract-notices", "Contract notices of the region", "tender", "wexmere-board-watch"),
    ("written-questions", "Written questions", "question", "national-ledger"),
    ("northmoor-papers", "Northmoor Trust board papers", "boardpaper", "st-osyth-trust"),
)
WEEKLY = "week"


def write_desk_configuration(folder: Path, data: Path, newsroom: Newsroom, *, port: int) -> None:
    """Write the five files into `folder`; the service listens on a port of loopback."""
    write_configuration(folder, data, newsroom)
    settings = folder / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    _write(settings, text.replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
    bases = {site.outlet.key: site.base for site in newsroom.sites}
    for key, name, kind, outlet in RECORDS:
        _append(
            folder / "sources.toml",
            f'[[source]]\nkey = "{key}"\nkind = "feed"\nname = "{name}"\n'
            f'url = "{bases[outlet]}/{key}"\nitem_kind = "{kind}"\nevery = "1d"\n\n',
        )
    _append(
        folder / "subscriptions.toml",
        f'\n[[subscription]]\nkey = "{WEEKLY}"\nto = ["{BOARD}"]\n'
        'watches = ["corvantis-deals", "tide"]\ncadence = "weekly on mon at 08:00"\n'
        'timezone = "Europe/London"\n',
    )


def _append(file: Path, text: str) -> None:
    _write(file, file.read_text(encoding="utf-8") + text)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
