"""A starting set is right as it is; a watch that is added leaves all else as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.catalog import load_catalog
from config.editing.starter import write_starter
from config.editing.watch_file import append_watch
from config.errors import ConfigInvalid, ConfigNotFound, EditRefused
from config.locate import FILES
from crawler.spider_base.kind_registry import known_kinds
from tests import ROOT
from tests.config.files import GOOD, config_folder, load
from tests.support.sizes import examples

SHIPPED = ROOT / "config"


def test_a_starting_set_is_written_and_right(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "new" / "config")

    assert [path.name for path in written] == list(FILES)
    catalog = load_catalog(tmp_path / "new" / "config", {}, kinds=known_kinds())
    assert catalog.watches
    assert all((SHIPPED / path.name).read_bytes() == path.read_bytes() for path in written)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(EditRefused, match=name):
        write_starter(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_watch_is_added_at_the_end_and_nothing_else_changes(tmp_path: Path) -> None:
    before = "# mine\n\n[[watch]]   # spaced\nkey   = 'acme-nhs'\nquery = 'x'  # why"
    folder = config_folder(tmp_path, {"watches.toml": before})
    (folder / "watches.toml").chmod(0o640)

    path = append_watch(folder, "epr", query='"patient record" AND nhs')

    assert path.read_text() == (
        before + '\n\n[[watch]]\nkey = "epr"\nquery = \'"patient record" AND nhs\'\n'
    )
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in folder.iterdir() if file.name not in FILES] == []
    assert [watch.key for watch in load(folder).watches] == ["acme-nhs", "epr"]


def test_keywords_are_added_as_keywords(tmp_path: Path) -> None:
    path = append_watch(config_folder(tmp_path), "epr", keywords=("patient record", "Ärzte"))

    assert path.read_text().endswith('key = "epr"\nkeywords = ["patient record", "Ärzte"]\n')


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    before = GOOD["watches.toml"].replace("\n", "\r\n").encode()
    folder = config_folder(tmp_path, {"watches.toml": before})

    after = append_watch(folder, "epr", query="x").read_bytes()

    assert after == before + b"\r\n[[watch]]\r\nkey = \"epr\"\r\nquery = 'x'\r\n"


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)
    (folder / "watches.toml").rename(tmp_path / "kept.toml")
    (folder / "watches.toml").symlink_to(tmp_path / "kept.toml")

    append_watch(folder, "epr", query="x")

    assert (folder / "watches.toml").is_symlink()
    assert 'key = "epr"' in (tmp_path / "kept.toml").read_text()


@given(query=st.text(min_size=1), words=st.lists(st.text(), max_size=2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(150))
def test_whatever_is_added_is_read_back_or_refused_with_the_file_unchanged(
    tmp_path: Path, query: str, words: list[str]
) -> None:
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    for name, content in GOOD.items():
        (folder / name).write_text(content)
    before = (folder / "watches.toml").read_bytes()

    try:
        append_watch(folder, "new", query=None if words else query, keywords=words)
    except (ConfigInvalid, EditRefused):
        assert (folder / "watches.toml").read_bytes() == before
        return

    added = load(folder).watches[-1]
    expected = (
        " OR ".join(f'plural("{word.strip()}")' for word in words) if words else query.strip()
    )
    assert added.query.replace("\r\n", "\n") == expected.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('[[watch]]\nkey = "epr"\nquery = "x"\n', ConfigInvalid),
        ("[[watch]]\nkey = \n", ConfigInvalid),
        ('watch = [{ key = "a", query = "x" }]\n', EditRefused),
    ],
    ids=["taken", "broken", "inline"],
)
def test_a_file_that_would_be_wrong_is_left_alone(
    tmp_path: Path, content: str, error: type[Exception]
) -> None:
    folder = config_folder(tmp_path, {"watches.toml": content})

    with pytest.raises(error):
        append_watch(folder, "epr", query="x")

    assert (folder / "watches.toml").read_text() == content


def test_a_problem_of_the_addition_names_the_file_it_was_meant_for(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)

    with pytest.raises(ConfigInvalid) as caught:
        append_watch(folder, "Not A Key", query="x")

    [problem] = caught.value.problems
    assert (problem.file, problem.line) == (str(folder / "watches.toml"), 6)


def test_there_must_be_a_file_to_add_to(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match="supplierwatch init"):
        append_watch(tmp_path, "epr", query="x")
