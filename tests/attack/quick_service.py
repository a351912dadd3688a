"""Runs the service with shorter waits, so that an attack takes minutes: `python -m` and arguments.

Shortened are the wait of an alert for what else a poll finds, the pause between looks for alerts
that are due, and the patience with a host that does not answer. All else is as it ships.
"""

from __future__ import annotations

from datetime import timedelta

from supplierwatch.cli import main
from supplierwatch.service import crawl_supervisor, run

if __name__ == "__main__":
    run.SETTLING = timedelta(seconds=1)
    run.EVERY["tell"] = 0.5
    crawl_supervisor.DOWNLOAD_TIMEOUT = timedelta(seconds=10)
    main()
