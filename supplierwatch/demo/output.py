"""Prepares the output folder of a demo: removes an earlier demo in it, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from supplierwatch.errors import OutputTaken

MARKER = ".supplierwatch-demo"


def clear_output(output: Path) -> None:
    """Remove the files of an earlier demo, and nothing else.

    Raises:
        OutputTaken: the folder holds a configuration or data that no demo wrote.
    """
    marker = output / MARKER
    existing = [output / part for part in ("config", "data") if (output / part).exists()]
    if existing and not marker.exists():
        raise OutputTaken(existing[0])
    for part in existing:
        shutil.rmtree(part)
    output.mkdir(parents=True, exist_ok=True)
    marker.write_text("A demo of supplierwatch may remove config and data beside this file.\n")
