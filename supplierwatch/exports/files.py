"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path, *, encoding: str = "utf-8") -> Iterator[TextIO]:
    """A text file that gets its name, in place of an older one, when the block ends well.

    It is readable as other new files are, and on the disk before it has its name.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding=encoding, newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        made.chmod(0o666 & ~_mask())
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
