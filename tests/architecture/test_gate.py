"""Every fetch passes one gate, at the moment of the connect (S-06): no other way out exists.

The gate is in the reactor of crawl processes (`crawler.http.guarded_reactor`). Whatever opens
connections of its own would go around it, so each such module is named here with its reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.project import PACKAGES, name_of, python_files, syntax_of

OUTWARD = frozenset(
    ("socket", "http.client", "urllib.request", "ftplib", "requests", "httpx", "aiohttp", "urllib3",
     "smtplib", "websockets", "pycurl")
)  # fmt: skip
KNOWN = {
    "config/values/addresses.py": "reads addresses, opens nothing",
    "alerts/channels/http.py": "the services of [[channel]], past the same rule of addresses",
    "alerts/channels/smtp_transaction.py": "the mail server of settings.toml",
    "alerts/channels/email.py": "the mail server of settings.toml",
    "alerts/channels/smtp_timeouts.py": "the mail server of settings.toml",
    "crawler/reading/fork_server.py": "pairs of sockets between processes of one crawl",
    "crawler/processes/launcher.py": "pairs of sockets between the service and its crawls",
    "crawler/processes/launcher_process.py": "the other ends of these",
    "crawler/reading/reader_connection.py": "its end of such a pair",
    "crawler/reading/reader_process.py": "its end of such a pair",
    "crawler/reading/reader_pool.py": "its end of such a pair",
    "supplierwatch/service/steps/delivery_step.py": "the name of this machine",
    "supplierwatch/demo/serve.py": "looks for a free port of this machine",
    "supplierwatch/web/server.py": "listens",
}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(syntax_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_other_module_opens_connections() -> None:
    going_out = {name_of(path) for path in python_files(*PACKAGES) if imported(path) & OUTWARD}
    assert going_out == set(KNOWN)


def test_scrapy_downloads_through_the_guarded_reactor_alone() -> None:
    """One place starts crawlers, and it puts the guard in before any of them."""
    starting = {
        name_of(path)
        for path in python_files(*PACKAGES)
        if "install_reactor(" in path.read_text(encoding="utf-8")
        or "AsyncCrawlerProcess(" in path.read_text(encoding="utf-8")
        or "CrawlerRunner(" in path.read_text(encoding="utf-8")
    }
    assert starting == {"crawler/processes/batch.py"}
