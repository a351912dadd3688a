"""Writes the configuration files of the demo, for the bundled outlets."""

from __future__ import annotations

from pathlib import Path

from supplierwatch.demo.server import Newsroom

DESK = "press.desk@northmoor.example"
BOARD = "board.office@northmoor.example"
DAILY = "morning"

SUPPLIERS = """\
[[supplier]]
key = "corvantis"
names = ["Corvantis"]

[[supplier]]
key = "halden"
names = ["Halden Systems", "HaldenFlow"]

[[supplier]]
key = "meridian"
names = ["Meridian Ledger", "Meridian Ledger Health"]

# "beacon" is a word: the company is meant where it stands in capitals near what it sells
[[supplier]]
key = "beacon"
names = ["Beacon Remote Care"]
query = 'cs("Beacon") NEAR/5 (ward OR tablet OR pilot)'
"""

WATCHES = """\
[[watch]]
key = "corvantis"
query = "@corvantis"

[[watch]]
key = "corvantis-deals"
label = "Corvantis: contracts"
query = '@corvantis AND (award OR contract OR "business case")'

[[watch]]
key = "halden"
label = "Halden, not the footballer"
query = "halden NOT football"

[[watch]]
key = "tide"
label = "The TIDE programme"
query = 'cs("TIDE")'

[[watch]]
key = "meridian"
query = "@meridian"

[[watch]]
key = "beacon"
query = "@beacon"

[[watch]]
key = "outages"
label = "Outages in headlines"
query = "title:outage"

[[watch]]
key = "epr"
label = "Records and prescribing"
keywords = ["electronic patient record", "e-prescribing"]

[[watch]]
key = "boycott"
label = "What readers say"
query = "comments:boycott"

# named in every sidebar and consent banner, and in no article: finds nothing
[[watch]]
key = "zephyrine"
query = "zephyrine"
"""

SUBSCRIPTIONS = f"""\
[[subscription]]
key = "at-once"
to = ["{DESK}"]
watches = ["corvantis-deals", "tide", "outages", "corvantis"]
cadence = "immediate"

[[subscription]]
key = "{DAILY}"
to = ["{DESK}", "{BOARD}"]
watches = ["*"]
cadence = "daily at 07:30"
timezone = "Europe/London"
send_empty = true
"""


def write_configuration(folder: Path, data: Path, newsroom: Newsroom) -> None:
    """Write the five files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = ", ".join(f'"{host}"' for host in dict.fromkeys(s.host for s in newsroom.sites))
    settings = (
        "[mail]\n"
        'from = "Demo watch <watch@northmoor.example>"\n'
        "\n[service]\n"
        f"data = '{data}'\n"
        'listen = ""\n'
        "\n[crawl]\n"
        "# the newsroom is on this machine: private addresses are refused unless they are named\n"
        f"allowed_hosts = [{hosts}]\n"
        'download_delay = "0s"\n'
        "# the articles have dates of their own, and are news whenever the demo runs\n"
        'max_age = "off"\n'
    )
    sources = "".join(
        f'[[source]]\nkey = "{site.outlet.key}"\nkind = "feed"\nname = "{site.outlet.name}"\n'
        f'url = "{site.feed_url}"\nitem_kind = "{site.outlet.item_kind}"\n'
        + (f'press_of = "{site.outlet.press_of}"\n\n' if site.outlet.press_of else "\n")
        for site in newsroom.sites
    )
    files = {
        "settings.toml": settings,
        "sources.toml": sources,
        "suppliers.toml": SUPPLIERS,
        "watches.toml": WATCHES,
        "subscriptions.toml": SUBSCRIPTIONS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
