"""Reads the states of all sources, and resets columns that cannot be decoded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.model import SourceState
from storage.store import Store


def read_states(store: Store, now: datetime) -> Sequence[SourceState]:
    """Read the states of sources; columns that cannot be decoded are reset, with a notice."""
    with store.reading() as unit:
        states = unit.sources.all()
        damaged = unit.sources.damaged
    if damaged:
        with store.transaction() as unit:
            for key, columns in unit.sources.repair().items():
                text = f"what was stored of {key} could not be read and was reset: {columns}"
                # with the next poll it is cleared
                unit.notices.raise_(f"source:{key}:repaired", text, now)
    return states
