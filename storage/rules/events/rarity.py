"""Weighs features by their rarity in the archive. Pure.

The weight of a feature is its count in the report times the logarithm of how few reports have it
(inverse document frequency; Spärck Jones, "A statistical interpretation of term specificity",
1972). Frequencies are those at the time of the comparison, so that all members are weighted alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nlargest
from itertools import islice
from math import log

# features by which a report is compared, and those of them by which similar reports are looked up
MAX_FEATURES, MAX_LOOKED_UP = 64, 20


def rarity(frequency: int, reports: int) -> float:
    """Return the weight of a feature that `frequency` of so many reports have; 0 or more."""
    return max(0.0, log((reports + 1) / max(1, frequency)))


def select_features(
    weights: Mapping[str, float], frequencies: Mapping[str, int], reports: int
) -> dict[str, float]:
    """Return the `MAX_FEATURES` features of a report with the most weight, heaviest first."""
    most = log(reports + 1)
    weighed = [
        (weight * (most - log(frequencies.get(name) or 1)), name)
        for name, weight in weights.items()
    ]
    return {name: weights[name] for _, name in nlargest(MAX_FEATURES, weighed)}


def lookup_features(features: Iterable[str]) -> tuple[str, ...]:
    """Return the features by which similar reports are looked up: the first ones."""
    return tuple(islice(features, MAX_LOOKED_UP))
