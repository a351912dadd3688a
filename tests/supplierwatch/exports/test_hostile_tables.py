"""Untrusted content is text in tables, evidence and on the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from tests.supplierwatch.exports.test_hostile_outputs import (
    WATCH,
    Attacked,
    a_hostile_instance,
    a_text,
    atom,
    contents_of,
    descriptions_of,
    exported,
    words_of_story,
)
from tests.supplierwatch.instance import an_article, an_instance
from tests.support.content.hostile import (
    MARKUP,
    TEMPLATES,
    addresses_of,
    elements_of,
    squeezed,
    words_of,
)

pytestmark = pytest.mark.slow  # each makes an installation, and stories in it


@pytest.fixture(scope="module", params=[MARKUP, TEMPLATES], ids=["markup", "templates"])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    payloads = tuple(request.param.values())
    folder = tmp_path_factory.mktemp("attacked")
    return Attacked(payloads=payloads, instance=a_hostile_instance(folder, payloads))


FORMULAS = [
    '=HYPERLINK("https://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "%0A=1",
    '"=1+1',
    "\u2028=1+1",
]


def test_no_cell_of_a_table_is_a_formula(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    instance.stores(
        *(
            an_article(
                f"formula-{number}",
                title=text.replace("\x00", ""),
                authors=(text.replace("\x00", ""),),
                body=f"Halcyon and the trust. {words_of_story(number)}",
            )
            for number, text in enumerate(FORMULAS)
        )
    )
    instance.run("export", str(instance.data / "out.csv"))
    written = (instance.data / "out.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert len(rows) > len(FORMULAS)
    shown = re.compile(
        r"^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
    )
    assert [cell for row in rows for cell in row if shown.match(cell)] == []


def test_evidence_has_the_files_that_we_name_and_each_text_in_it(
    attacked: Attacked, tmp_path: Path
) -> None:
    instance = attacked.instance
    target = tmp_path / "evidence"
    assert instance.run("export", "--evidence", str(target)).exit_code == 0
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert {re.sub(r"\d+", "N", name) for name in names} == {
        "manifest.json",
        "mentions.jsonl",
        "items/N/item.json",
        "items/N/text-N.txt",
    }
    titles = {json.loads(path.read_text())["title"] for path in target.glob("items/*/item.json")}
    texts = "".join(path.read_text(encoding="utf-8") for path in target.glob("items/*/*.txt"))
    for number, payload in enumerate(attacked.payloads):
        assert f"Halcyon trust {number} {a_text('title', payload)}" in titles
        assert f"Zbody {payload} of it." in texts
    assert instance.run("export", "--verify", str(target)).exit_code == 0


COMMANDS = (
    ("search", "halcyon"),
    ("digest", "--preview"),
    ("explain", "https://outlet.example/10-ward-ledger"),
    ("history", "https://outlet.example/10-ward-ledger", "--full"),
    ("sources",),
    ("watches",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=[each[0] for each in COMMANDS])
def test_a_terminal_is_given_text_alone(command: tuple[str, ...], tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m[red]no style[/red]\u202e\rover"
    instance = a_hostile_instance(tmp_path, ["[bold]Zmarkup[/bold] :skull: and \\[x]"])
    instance.stores(
        an_article("ansi", title=f"Halcyon trust {evil}", body=f"Halcyon trust {evil} it.")
    )
    run = instance.run(*command)
    assert run.exit_code in (0, 6), run.output
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", run.output)
    if command[0] in ("search", "digest", "history"):
        assert "[bold]Zmarkup[/bold] :skull: and \\[x]" in squeezed(run.output)


def test_words_that_hit_are_text_too(tmp_path: Path) -> None:
    """Signs between the words of a phrase are part of what is set off."""
    instance = an_instance(tmp_path)
    instance.write(
        "watches.toml",
        f'[[watch]]\nkey = "{WATCH}"\nquery = \'"zhit img src x onerror alert 1 zend"\'\n',
    )
    hit = "Zhit <img src=x onerror=alert(1)> Zend"
    instance.stores(an_article("hit", title="Halcyon", body=f"The trust said {hit} on Monday."))
    for page in (*contents_of(atom(instance)), *descriptions_of(exported(instance, "rss"))):
        assert hit in words_of(page)
        assert addresses_of(page) == []
        assert "img" not in {kind[1] for kind in elements_of(page)}
    assert (
        f"<b>{hit.replace('<', '&lt;').replace('>', '&gt;')}</b>" in contents_of(atom(instance))[0]
    )


def test_characters_that_no_xml_may_have_break_no_feed(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    odd = "x\x01\x0b\x1f\ufffe\uffff"
    instance.write(
        "watches.toml",
        f"[[watch]]\nkey = \"{WATCH}\"\nquery = '@halcyon AND trust'\n"
        f'label = "Zlabel \\uFFFE\\uFFFF"\n',
    )
    instance.stores(
        an_article("odd", title=f"Halcyon {odd}", body=f"Halcyon and the trust {odd} it.")
    )
    for feed in (atom(instance), exported(instance, "rss")):
        assert etree.fromstring(feed) is not None
        assert b"Zlabel" in feed or b"halcyon-trusts" in feed
        assert not feedparser.parse(io.BytesIO(feed)).bozo


def test_invisible_characters_are_in_nothing_that_is_handed_out(tmp_path: Path) -> None:
    """They can make a line say something else than it shows (S-22)."""
    odd = "Hal\u200bcyon\u202eexe.fdp\u2066 \ufeffx\u00ad\U000e0041"
    instance = an_instance(tmp_path)
    instance.stores(
        an_article(
            "odd",
            title=f"Halcyon trust {odd}",
            summary=odd,
            authors=(odd,),
            body=f"Halcyon told the trust {odd} of it. {words_of_story(1)}",
        )
    )
    for said in (atom(instance), exported(instance, "rss"), exported(instance, "csv")):
        assert not re.search(
            "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]",
            said.decode(),
        )
