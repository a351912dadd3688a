"""The folder of a demo: an earlier demo in it is removed, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from supplierwatch.errors import OutputTaken

MARK = ".supplierwatch-demo"


def clear_output(output: Path) -> None:
    """Remove the files of an earlier demo, and nothing else.

    Raises:
        OutputTaken: the folder holds a configuration or data that no demo wrote.
    """
    mark = output / MARK
    existing = [output / part for part in ("config", "data") if (output / part).exists()]
    if existing and not mark.exists():
        raise OutputTaken(existing[0])
    for part in existing:
        shutil.rmtree(part)
    output.mkdir(parents=True, exist_ok=True)
    mark.write_text("A demo of supplierwatch may remove config and data beside this file.\n")
