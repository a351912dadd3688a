"""Files become one checked whole: every problem of files and queries is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.query import Document
from config.errors import ConfigInvalid, Problem
from supplierwatch.wiring import CompiledConfiguration, load, watches_of
from tests.config.files import config_folder


def wired(folder: Path, **files: str) -> CompiledConfiguration:
    return load(config_folder(folder, {f"{name}.toml": text for name, text in files.items()}), {})


def problems(folder: Path, **files: str) -> list[Problem]:
    """What is wrong with these files beside good ones; there must be something."""
    with pytest.raises(ConfigInvalid) as refused:
        wired(folder, **files)
    return list(refused.value.problems)


def places(found: list[Problem]) -> list[tuple[str, int, str]]:
    return [(Path(each.file).name, each.line, each.key) for each in found]


def watches(*queries: str) -> str:
    return "\n".join(f"[[watch]]\nkey = \"w{n}\"\nquery = '{q}'" for n, q in enumerate(queries))


def subscribed(keys: str) -> str:
    return f'[[subscription]]\nto = ["a@b.example"]\nwatches = [{keys}]\ncadence = "immediate"\n'


def test_good_files_become_queries_that_match(tmp_path: Path) -> None:
    made = wired(tmp_path)
    [hit] = made.index.match(Document(title="", summary="", body="Acme Records and the NHS"))
    assert hit.key == "acme-nhs"
    assert made.source_names == {"gazette": "gazette"}
    assert made.warnings == ()


def test_every_broken_query_is_told_with_its_place_its_caret_and_its_mend(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        watches=watches("acme AND (", "fine", '"open'),
        subscriptions=subscribed('"*"'),
    )
    assert places(found) == [("watches.toml", 1, "query"), ("watches.toml", 7, "query")]
    assert found[0].value == "acme AND ("
    for each in found:
        assert "^" in each.message
        assert each.hint


def test_problems_of_files_and_of_queries_are_told_in_one_breath(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        settings='[mail]\nform = "watch@trust.example"\n',
        sources='[[source]]\nkey = "gazette"\nkind = "pigeon"\nurl = "https://g.example/feed"\n',
        watches=watches("acme AND ("),
        subscriptions=subscribed('"w0", "nobody"'),
    )
    assert {(name, key) for name, _, key in places(found)} == {
        ("settings.toml", "form"),
        ("sources.toml", "kind"),
        ("watches.toml", "query"),
        ("subscriptions.toml", "watches"),
    }


def test_a_query_that_names_an_unknown_supplier_is_a_problem(tmp_path: Path) -> None:
    [found] = problems(tmp_path, watches=watches("@acmee"), subscriptions=subscribed('"*"'))
    assert "acmee" in found.message
    assert "acme" in found.hint


def test_a_broken_supplier_is_told_once_and_not_by_each_watch_that_names_it(
    tmp_path: Path,
) -> None:
    found = problems(
        tmp_path,
        suppliers='[[supplier]]\nkey = "acme"\nnames = ["Acme"]\nquery = "acme AND ("\n',
        watches=watches("@acme", "@acme AND nhs", "@nobody"),
        subscriptions=subscribed('"*"'),
    )
    assert places(found) == [("suppliers.toml", 1, "query"), ("watches.toml", 7, "query")]
    assert "nobody" in found[1].message


def test_where_the_suppliers_cannot_be_read_no_query_is_blamed_for_it(tmp_path: Path) -> None:
    found = problems(tmp_path, suppliers="[[supplier]\n")
    assert {name for name, _, _ in places(found)} == {"suppliers.toml"}


def test_what_is_doubtful_but_possible_is_a_warning(tmp_path: Path) -> None:
    made = wired(tmp_path, watches=watches("oracle AND not nhs"), subscriptions=subscribed('"*"'))
    assert all(Path(each.file).name == "watches.toml" for each in made.warnings)
    assert [each.key for each in made.warnings] == ["w0"]


def test_a_second_load_compiles_only_what_was_edited(tmp_path: Path) -> None:
    folder = config_folder(
        tmp_path,
        {"watches.toml": watches("@acme", "nhs"), "subscriptions.toml": subscribed('"*"')},
    )
    first = load(folder, {})
    (folder / "watches.toml").write_text(watches("@acme", "nhs OR trust"))
    second = load(folder, {}, previous=first)
    assert second.queries["w0"] is first.queries["w0"]
    assert second.queries["w1"].text == "nhs OR trust"


def test_an_edited_supplier_changes_the_queries_that_name_it(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)
    first = load(folder, {})
    (folder / "suppliers.toml").write_text('[[supplier]]\nkey = "acme"\nnames = ["Zenith"]\n')
    second = load(folder, {}, previous=first)
    assert second.queries["acme-nhs"].fingerprint != first.queries["acme-nhs"].fingerprint
    assert second.index.keys(Document(title="Zenith and the NHS", summary="", body=""))
    assert not second.index.keys(Document(title="Acme Records, NHS", summary="", body=""))


def test_a_star_stands_for_all_watches(tmp_path: Path) -> None:
    made = wired(
        tmp_path,
        watches=watches("one", "two"),
        subscriptions=subscribed('"*"') + subscribed('"w1"').replace("a@b", "c@d"),
    )
    star, one = made.catalog.subscriptions
    assert watches_of(star, made.catalog.watches) == ("w0", "w1")
    assert watches_of(one, made.catalog.watches) == ("w1",)
