"""The kinds of source that can be crawled: one file each in `crawler/kinds/`."""

from __future__ import annotations

from pathlib import Path

# built from documentation and captured answers; the real services have never been asked by us
NEVER_TRIED_LIVE = frozenset({"govuk", "parliament", "tenders"})


def known_kinds() -> frozenset[str]:
    """The names that `kind` in sources.toml may have."""
    folder = Path(__file__).parents[1] / "kinds"
    return frozenset(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
