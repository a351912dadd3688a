"""What is built from the project holds all that it takes to run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.architecture.project import PACKAGES, ROOT, name_of, project_files


def test_the_wheel_holds_every_file_of_every_room_and_no_other(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")

    built = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    kept = {
        name_of(path) for path in project_files() if path.relative_to(ROOT).parts[0] in PACKAGES
    }

    assert kept - built == set()
    # what is not committed yet may be there; tests and benchmarks may not
    assert {name.split("/")[0] for name in built} == set(PACKAGES)
