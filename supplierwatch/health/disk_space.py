"""Whether the data folder has room left, in bytes and in files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from supplierwatch.health.reasons import Reason

LOW_BYTES = 256 * 1024 * 1024  # a day of a large watch, with its journal, fits in
LOW_FILES = 1_000
_MEBIBYTE = 1024 * 1024


def disk_reasons(
    folder: Path, stat: Callable[[Path], os.statvfs_result] = os.statvfs
) -> tuple[Reason, ...]:
    """Why writing to `folder` will soon fail; nothing where there is room."""
    try:
        found = stat(folder)
    except OSError as error:
        return (
            Reason(
                key="data-folder",
                text=f"the data folder {folder} cannot be looked at: {error.strerror or error}",
                weight="failing",
                urgent=True,
            ),
        )
    reasons = []
    free = found.f_bavail * found.f_frsize
    if free < LOW_BYTES:
        text = f"{free // _MEBIBYTE} MB are free on the disk of {folder}: make room"
        reasons.append(Reason(key="disk-full", text=text, weight="degraded", urgent=True))
    # file systems without a fixed number of files say that they have none at all
    if found.f_files and found.f_favail < LOW_FILES:
        text = f"{found.f_favail} more files can be made on the disk of {folder}: remove some"
        reasons.append(Reason(key="disk-files", text=text, weight="degraded", urgent=True))
    if found.f_flag & os.ST_RDONLY:
        text = f"the disk of {folder} is mounted read-only: nothing can be stored or told"
        reasons.append(Reason(key="disk-readonly", text=text, weight="failing", urgent=True))
    return tuple(reasons)
