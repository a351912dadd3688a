"""Board papers from a page that lists them to the mail that names a page of one."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from storage.store import open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.support.content.pdfs import Scan, a_pdf
from tests.support.site import FakeSite

COVER = ["Public board of Bexley Vale NHS Trust", "Agenda and minutes of the last meeting"]
HALCYON = [
    "The committee heard that Halcyon Health will not deliver the elec-",
    "tronic patient record before the summer, and asked for a plan.",
]
PROCUREMENT = ["Procurement: Halcyon Health and two others were asked for an offer."]
NEAR_BORDER = ["Halcyon"], ["Health centres were painted."]

FILES = {
    "suppliers.toml": '[[supplier]]\nkey = "halcyon"\nnames = ["Halcyon Health"]\n',
    "watches.toml": (
        '[[watch]]\nkey = "late"\nquery = \'@halcyon AND "electronic patient record"\'\n'
        '[[watch]]\nkey = "elsewhere"\nquery = "@halcyon AND agenda"\n'
        '[[watch]]\nkey = "not-bought"\nquery = "@halcyon AND NOT procurement"\n'
    ),
    "subscriptions.toml": (
        '[[subscription]]\nkey = "now"\nto = ["comms@trust.example"]\nwatches = ["*"]\n'
        'cadence = "immediate"\n'
    ),
}


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, site: FakeSite) -> Iterator[Service]:
    folder = tmp_path / "config"
    folder.mkdir()
    files = FILES | {
        "settings.toml": (
            f'[mail]\nfrom = "watch@trust.example"\n[service]\ndata = "{tmp_path / "data"}"\n'
            'listen = ""\n[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\n'
            # the process of the tests counts as the service, and holds more than one
            "memory_limit_mb = 4096\n"
        ),
        "sources.toml": (
            '[[source]]\nkey = "bexley-vale"\nkind = "boardpapers"\nname = "Bexley Vale board"\n'
            f'url = "{site.url("/board")}"\n'
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    wired = load(folder, {})
    store = open_store(wired.catalog.settings.service.database_url)
    yield Service(wired, store)
    store.close()


def publish(site: FakeSite, *names: str) -> None:
    day = f"{datetime.now(UTC) - timedelta(days=2):%d %B %Y}"
    links = "".join(f'<li><a href="/{name}.pdf">{name} (PDF)</a></li>' for name in names)
    site.page("/board", f"<main><h1>Board papers</h1><h2>{day}</h2><ul>{links}</ul></main>")


def alerts(tmp_path: Path) -> list[str]:
    """The texts of all messages but the welcome."""
    texts = []
    for path in sorted((tmp_path / "data" / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        text = str(body.get_content())
        if not text.startswith("Media watch has begun"):
            texts.append(" ".join(text.split()))
    return texts


def test_an_alert_names_the_page_of_a_new_paper_and_links_to_it(
    service: Service, site: FakeSite, tmp_path: Path
) -> None:
    site.page("/old.pdf", a_pdf([COVER]), content_type="application/pdf")
    publish(site, "old")
    service.run_once(even_if_not_due=True)
    assert alerts(tmp_path) == []

    pack = a_pdf([COVER, Scan(), HALCYON, PROCUREMENT, *NEAR_BORDER])
    site.page("/Pack.pdf", pack, content_type="application/pdf")
    publish(site, "Pack", "old")
    service.run_once(even_if_not_due=True)

    [text] = alerts(tmp_path)
    assert "Page 3: The committee heard that *Halcyon Health* will not deliver" in text
    assert "*electronic patient record*" in text
    assert f"{site.url('/Pack.pdf')}#page=3" in text
    assert "Page 2 is scanned and cannot be read." in text
    # found on page 3 by what is excluded on page 4 alone; nowhere by what stands on two pages
    assert "Also found by: not-bought" in text
    assert "elsewhere" not in text
    with service.store.reading() as unit:
        [pack_item] = [item for item in unit.items.newest(limit=9) if "Pack" in item.title]
    assert (pack_item.kind, len(pack_item.pages)) == ("boardpaper", 6)
