"""Checks free space and free inodes of the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from supplierwatch.health.reasons import Reason

LOW_BYTES = 256 * 1024 * 1024  # enough for a day of a large installation, with the journal
LOW_FILES = 1_000
_MEBIBYTE = 1024 * 1024


def disk_reasons(
    folder: Path, stat: Callable[[Path], os.statvfs_result] = os.statvfs
) -> tuple[Reason, ...]:
    """Return reasons why writing to `folder` fails or soon will; empty if there is space."""
    try:
        found = stat(folder)
    except OSError as error:
        return (
            Reason(
                key="data-folder",
                text=f"the data folder {folder} cannot be read: {error.strerror or error}",
                weight="failing",
                urgent=True,
            ),
        )
    reasons = []
    free = found.f_bavail * found.f_frsize
    if free < LOW_BYTES:
        text = f"{free // _MEBIBYTE} MB are free on the disk of {folder}: make room"
        reasons.append(Reason(key="disk-full", text=text, weight="degraded", urgent=True))
    # file systems without a fixed number of inodes report zero
    if found.f_files and found.f_favail < LOW_FILES:
        text = f"{found.f_favail} more files can be made on the disk of {folder}: remove some"
        reasons.append(Reason(key="disk-files", text=text, weight="degraded", urgent=True))
    if found.f_flag & os.ST_RDONLY:
        text = f"the disk of {folder} is mounted read-only: nothing can be stored or sent"
        reasons.append(Reason(key="disk-readonly", text=text, weight="failing", urgent=True))
    return tuple(reasons)
