"""Groups the reports of a neighbourhood by average linkage. Pure.

Two groups are joined while the mean similarity across them is near the mean similarity within
them. Reports of another event of the same kind ("the same player was arrested again") are similar
too, but less than reports of one event are to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from storage.rules.events.rarity import rarity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

MIN_SIMILAR = 0.05  # on average across two groups
# The mean similarity within a group is taken over its pairs and three more with this assumed
# similarity (a prior): one pair alone is little evidence. Headlines are less similar than full
# texts: the first number is for a headline, the second for a text with at least `FULL` features.
ASSUMED, ASSUMED_PAIRS = (0.12, 0.28), 3
MIN_RATIO = (0.5, 0.85)  # of the mean similarity across two groups to that within them
FULL = 48
HALVES_AFTER = 12.0  # hours between two reports after which they count half as similar


def similarities(
    reports: Sequence[Mapping[str, float]],
    hours: Sequence[float | None],
    frequencies: Mapping[str, int],
    total: int,
) -> Matrix:
    """Return the similarity of each report to each, from 0 to 1.

    Args:
        reports: feature -> weight, of each report.
        hours: when each was published, in hours from any origin, where known.
        frequencies: feature -> the number of reports in the archive that have it.
        total: the number of reports in the archive.
    """
    import numpy as np

    weights = _weigh_features(reports, frequencies, total)
    # a feature of only one report counts for its length only
    columns: dict[str, int] = {}
    once: set[str] = set()
    lengths = []
    for report in reports:
        length = 0.0
        for name, weight in report.items():
            if name in once:
                columns.setdefault(name, len(columns))
            else:
                once.add(name)
            length += (weight * weights[name]) ** 2
        lengths.append(max(length, 1e-9) ** 0.5)
    matrix = np.zeros((len(reports), len(columns)))
    for row, report in enumerate(reports):
        shared = [name for name in report if name in columns]
        length = lengths[row]
        matrix[row, [columns[name] for name in shared]] = [
            report[name] * weights[name] / length for name in shared
        ]
    similar: Matrix = matrix @ matrix.T
    np.fill_diagonal(similar, 1.0)
    known = np.array([np.nan if at is None else at for at in hours])
    apart = np.nan_to_num(np.abs(known[:, None] - known[None, :]))
    similar *= 0.5 ** (apart / HALVES_AFTER)
    return similar


def link(
    similar: Matrix,
    fullness: Sequence[float],
    apart: Collection[tuple[int, int]] = (),
    settled: Sequence[Sequence[int]] = (),
) -> list[int]:
    """Group reports; return for each the lowest position in its group.

    The pair of groups with the highest ratio is joined first; of equal ones, the lowest positions.

    Args:
        similar: as `similarities` makes it.
        fullness: of each report, as `fullness_of` gives it.
        apart: pairs of positions that are never in one group.
        settled: groups that exist and are not taken apart.
    """
    import numpy as np

    # one row and column for each group there is at the beginning
    first = list(range(len(similar)))
    for members in settled:
        for member in members:
            first[member] = members[0]
    starts = sorted(set(first))
    row_of = {start: row for row, start in enumerate(starts)}
    belongs = np.zeros((len(starts), len(similar)))
    belongs[[row_of[start] for start in first], range(len(similar))] = 1.0
    across = belongs @ similar @ belongs.T
    sizes = belongs.sum(axis=1)
    pairs = sizes * (sizes - 1) / 2
    sums = (np.diagonal(across) - sizes) / 2  # of the similarities of its pairs
    full = belongs @ np.array(fullness)  # sums
    assumed = _interpolate(ASSUMED, full / sizes)
    within = (sums + ASSUMED_PAIRS * assumed) / (pairs + ASSUMED_PAIRS)
    np.fill_diagonal(across, 0.0)
    forbidden = np.eye(len(starts), dtype=bool)
    for one, other in apart:
        one, other = row_of[first[one]], row_of[first[other]]
        forbidden[one, other] = forbidden[other, one] = True
    group = list(range(len(starts)))
    mean = across / np.outer(sizes, sizes)
    ratios = mean / np.sqrt(np.outer(within, within))
    mixed = (full[:, None] + full[None, :]) / (sizes[:, None] + sizes[None, :])
    ratios /= _interpolate(MIN_RATIO, mixed)
    ratios[(mean < MIN_SIMILAR) | forbidden] = -1.0
    while True:
        one, other = sorted(divmod(int(ratios.argmax()), len(starts)))
        if ratios[one, other] < 1.0:
            return [starts[group[row_of[start]]] for start in first]
        size = sizes[one] + sizes[other]
        sums[one] += sums[other] + across[one, other]
        full[one] += full[other]
        sizes[one] = size
        assumed = _interpolate(ASSUMED, full[one] / size)
        within[one] = (sums[one] + ASSUMED_PAIRS * assumed) / (
            size * (size - 1) / 2 + ASSUMED_PAIRS
        )
        group = [one if each == other else each for each in group]
        across[one] += across[other]
        across[:, one] = across[one]
        forbidden[one] |= forbidden[other]
        forbidden[:, one] = forbidden[one]
        mean = across[one] / (size * sizes)
        row = mean / np.sqrt(within[one] * within)
        row /= _interpolate(MIN_RATIO, (full[one] + full) / (size + sizes))
        row[(mean < MIN_SIMILAR) | forbidden[one] | (ratios[one] == -2.0)] = -1.0
        ratios[other] = ratios[:, other] = -2.0  # no longer a group
        row[ratios[one] == -2.0] = -2.0
        ratios[one] = ratios[:, one] = row


def fullness_of(features: Mapping[str, float]) -> float:
    """Return how much of a full text a report has, from 0 to 1, by its number of features."""
    return min(1.0, len(features) / FULL)


def _interpolate(ends: tuple[float, float], at: Matrix) -> Matrix:
    return ends[0] + (ends[1] - ends[0]) * at


def _weigh_features(
    reports: Sequence[Mapping[str, float]], frequencies: Mapping[str, int], total: int
) -> dict[str, float]:
    return {
        name: rarity(frequencies.get(name, 1), total)
        for name in dict.fromkeys(chain.from_iterable(reports))
    }
