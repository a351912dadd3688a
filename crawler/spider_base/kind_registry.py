"""Lists the kinds of source that can be crawled: one file each in `crawler/kinds/`."""

from __future__ import annotations

from pathlib import Path

# built from documentation and captured responses; never run against the live services
NEVER_TRIED_LIVE = frozenset({"govuk", "parliament", "tenders"})


def known_kinds() -> frozenset[str]:
    """Return the valid values of `kind` in sources.toml."""
    folder = Path(__file__).parents[1] / "kinds"
    return frozenset(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
