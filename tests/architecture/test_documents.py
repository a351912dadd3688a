"""Documents hold: links lead somewhere, every key is explained, decisions keep their form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.locate import FILES, FOLDER_VARIABLE
from config.settings.environment import DATA, DATABASE_URL, PASSWORD, USERNAME
from config.tables import shape
from tests.architecture.project import ROOT, name_of, project_files, read

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
DECISIONS = [path for path in DOCUMENTS if path.parent.name == "decisions"]
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
TABLES = {
    "supplier": shape.SupplierTable,
    "source": shape.SourceTable,
    "source.select": shape.SelectTable,
    "watch": shape.WatchTable,
    "subscription": shape.SubscriptionTable,
    "mail": shape.MailTable,
    "operator": shape.OperatorTable,
    "service": shape.ServiceTable,
    "desk": shape.DeskTable,
    "crawl": shape.CrawlTable,
}


def _links() -> Iterator[tuple[Path, str]]:
    for path in DOCUMENTS:
        text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for found in LINK.finditer(text):
            if "://" not in found[1] and not found[1].startswith("mailto:"):
                yield path, found[1]


def test_links_lead_to_files_and_headings_that_are_there() -> None:
    broken = []
    for path, link in _links():
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(f"{name_of(path)}: {link}")

    assert broken == []


def _anchors(path: Path) -> set[str]:
    """The headings of a document, as forges make anchors of them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize(("table", "model"), TABLES.items(), ids=TABLES)
def test_every_key_of_a_table_is_explained(table: str, model: type[BaseModel]) -> None:
    text = read("docs/configuration.md")
    section = re.search(
        rf"^##+ [^\n]*`\[+{table}\]+`.*?(?=^##+ |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert section is not None, table
    keys = {str(field.validation_alias or name) for name, field in model.model_fields.items()}

    explained = set(re.findall(r"^\| `(\w+)`", section[0], re.MULTILINE))

    assert explained == keys


@pytest.mark.parametrize("name", [*FILES, FOLDER_VARIABLE, DATA, DATABASE_URL, USERNAME, PASSWORD])
def test_every_file_and_variable_is_explained(name: str) -> None:
    assert f"`{name}`" in read("docs/configuration.md")


def test_examples_of_configuration_are_toml() -> None:
    text = read("docs/configuration.md") + read("README.md")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    assert examples
    for example in examples:
        tomllib.loads(example)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in DECISIONS] == [
        f"{number:04}-" for number in range(1, len(DECISIONS) + 1)
    ]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_context_choice_what_was_rejected_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 40
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Choice",
        "Rejected",
        "Consequences",
    ]


def test_the_architecture_lists_every_decision() -> None:
    listed = re.findall(
        r"^- \[[^\]]+\]\(decisions/([^)]+)\)$", read("docs/architecture.md"), re.MULTILINE
    )

    assert listed == [path.name for path in DECISIONS]


def test_the_glossary_has_at_most_forty_terms() -> None:
    glossary = read("docs/architecture.md").partition("## Glossary")[2]

    assert 0 < len(re.findall(r"^\| ", glossary, re.MULTILINE)) - 2 <= 40


def test_the_change_log_tells_of_this_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]

    assert f"## {version}" in read("CHANGELOG.md")


def test_the_architecture_names_every_room() -> None:
    text = read("docs/architecture.md")
    rooms = [path.name for path in ROOT.iterdir() if (path / "py.typed").exists()]

    assert [room for room in rooms if f"`{room}/`" not in text] == []
