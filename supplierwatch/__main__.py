"""The program `supplierwatch`, and `python -m supplierwatch`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:  # without importing the commands
        from importlib.metadata import version

        print(f"supplierwatch {version('supplierwatch')}")
        return
    from supplierwatch.cli import main as run

    run()


if __name__ == "__main__":
    main()
