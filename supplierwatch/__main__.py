"""Runs the command line for `python -m supplierwatch`."""

from supplierwatch.cli import main

if __name__ == "__main__":
    main()
