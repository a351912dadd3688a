"""What is valid and cannot work is warned of: example recipients, sources that will be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalog_warnings import catalog_warnings, is_example_address
from tests.config.files import GOOD, config_folder, load


@pytest.mark.parametrize(
    "address",
    [
        "you@example.org",
        "you@Example.COM",
        "a@mail.example.net",
        "comms@trust.example",
        "a@host.invalid",
        "a@x.test",
        "Me <me@example.org>",
    ],
)
def test_an_address_that_no_mail_reaches(address: str) -> None:
    assert is_example_address(address)


@pytest.mark.parametrize(
    "address", ["a@myexample.org", "a@example.org.uk", "a@nhs.net", "channel:example", ""]
)
def test_an_address_that_may_be_read(address: str) -> None:
    assert not is_example_address(address)


@pytest.mark.parametrize(
    ("url", "allowed", "refused"),
    [
        ("http://127.0.0.1:8000/feed", "", True),
        ("http://localhost/feed", "", True),
        ("http://news.localhost/feed", "", True),
        ("http://[::1]/feed", "", True),
        ("http://10.1.2.3/feed", "", True),
        ("http://127.0.0.1:8000/feed", '"127.0.0.1"', False),
        ("http://localhost/feed", '"localhost"', False),
        ("http://localhost/feed", '"127.0.0.0/8"', False),
        ("http://10.1.2.3/feed", '"10.0.0.0/8"', False),
        ("https://gazette.example/feed", "", False),
    ],
)
def test_a_source_that_will_be_refused(
    tmp_path: Path, url: str, allowed: str, refused: bool
) -> None:
    files = {
        "settings.toml": f"[crawl]\nallowed_hosts = [{allowed}]\n",
        "sources.toml": f'[[source]]\nkey = "local"\nkind = "feed"\nurl = "{url}"\n',
    }
    catalog = load(config_folder(tmp_path, files))

    found = [each for each in catalog_warnings(catalog) if each.key == "local"]

    assert bool(found) == refused
    if refused:
        assert "allowed_hosts" in found[0].hint


def test_a_recipient_is_named_with_its_place(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)

    [warning] = catalog_warnings(load(folder))

    assert (warning.key, warning.value, warning.line) == ("to", "you@example.org", 1)
    assert warning.file == str(folder / "subscriptions.toml")
    assert GOOD["subscriptions.toml"].startswith("[[subscription]]")
