"""`python -m supplierwatch` is the command `supplierwatch`."""

from supplierwatch.cli import main

if __name__ == "__main__":
    main()
