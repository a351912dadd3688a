"""Everything that is wrong with a folder is said at once: file, line, key, value, hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigInvalid, ConfigNotFound
from tests.config.files import GOOD, config_folder, load, problems_of
from tests.config.wrong_files import MISTAKES, SOURCE, SUBSCRIPTION, WATCH, Wrong


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place_and_its_hint(tmp_path: Path, wrong: Wrong) -> None:
    folder = config_folder(tmp_path, {wrong.file: wrong.content})

    [problem] = problems_of(folder)

    assert problem.file == str(folder / wrong.file)
    assert (problem.line, problem.key, problem.value) == (wrong.line, wrong.key, wrong.value)
    assert wrong.hint in problem.hint
    assert problem.message


def test_the_good_files_have_no_problem(tmp_path: Path) -> None:
    assert problems_of(config_folder(tmp_path)) == []


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = config_folder(
        tmp_path,
        {
            "settings.toml": "[mail\n",
            "sources.toml": SOURCE.replace("feed", "fed") + 'evry = "1h"\nenabled = 1\n',
            "watches.toml": WATCH + '[[watch]]\nkey = "acme-nhs"\n',
            "subscriptions.toml": SUBSCRIPTION.replace("acme-nhs", "nobody"),
        },
    )

    told = {
        (Path(p.file).name, p.line, p.key)
        for p in problems_of(folder, {"SUPPLIERWATCH_SMTP_USERNAME": "me"})
    }

    assert told == {
        ("environment", 0, "SUPPLIERWATCH_SMTP_USERNAME"),
        ("settings.toml", 1, ""),
        ("sources.toml", 3, "kind"),
        ("sources.toml", 5, "evry"),
        ("sources.toml", 6, "enabled"),
        ("subscriptions.toml", 3, "watches"),
        ("watches.toml", 4, "watch"),
        ("watches.toml", 5, "key"),
    }


def test_a_broken_file_is_not_blamed_on_those_that_refer_to_it(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"watches.toml": "[[watch]]\nkey = \n"})

    assert [Path(problem.file).name for problem in problems_of(folder)] == ["watches.toml"]


def test_a_watch_that_is_wrong_is_still_known_to_subscriptions(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"watches.toml": WATCH + "label = 5\n"})

    assert [problem.key for problem in problems_of(folder)] == ["label"]


@pytest.mark.parametrize("name", [name for name in GOOD if name != "suppliers.toml"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    [problem] = [
        problem
        for problem in problems_of(config_folder(tmp_path, {name: None}))
        if problem.line == 0
    ]

    assert problem.file.endswith(name)
    assert "supplierwatch init" in problem.hint


def test_suppliers_may_be_absent(tmp_path: Path) -> None:
    assert load(config_folder(tmp_path, {"suppliers.toml": None})).suppliers == ()


def test_text_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"watches.toml": b"# one\n# caf\xe9\n"})

    [problem] = [each for each in problems_of(folder) if each.file.endswith("watches.toml")]

    assert (problem.line, "UTF-8" in problem.message) == (2, True)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + WATCH.replace("\n", "\r\n").encode()
    catalog = load(config_folder(tmp_path, {"watches.toml": content}))

    assert [watch.key for watch in catalog.watches] == ["acme-nhs"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match="supplierwatch init"):
        load(tmp_path / "nowhere")


def test_a_problem_reads_as_place_value_and_hint(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"sources.toml": SOURCE + 'evry = "15m"\n'})

    said = str(problems_of(folder)[0]).splitlines()

    assert said[0] == f'{folder / "sources.toml"}:5: evry = "15m"'
    assert said[2].startswith("    fix: did you mean every?")


def test_what_is_right_is_handed_on_so_that_queries_can_be_checked_too(tmp_path: Path) -> None:
    files = {
        "sources.toml": SOURCE + 'evry = "15m"\n',
        "watches.toml": WATCH + '[[watch]]\nkey = "empty"\n',
    }

    with pytest.raises(ConfigInvalid) as caught:
        load(config_folder(tmp_path, files))

    assert caught.value.rest is not None
    assert [watch.key for watch in caught.value.rest.watches] == ["acme-nhs"]
    assert caught.value.extend(()).rest is caught.value.rest


def test_nothing_is_handed_on_where_suppliers_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(config_folder(tmp_path, {"suppliers.toml": "[[supplier]]\n"}))

    assert caught.value.rest is None


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("query = “acme AND nhs”", 'query = "acme AND nhs"'),
        ("key = ‘acme’", 'key = "acme"'),
        ('query = "acme”', 'query = "acme"'),
        ("query = „acme“", 'query = "acme"'),
        ("query = «acme»", 'query = "acme"'),
        ("keywords = [“patient record”]", 'keywords = ["patient record"]'),
    ],
)
def test_a_curly_quote_is_named_as_such(tmp_path: Path, line: str, instead: str) -> None:
    text = f"[[watch]]\n{line}\n"
    [problem] = problems_of(config_folder(tmp_path, {"watches.toml": text}))[:1]
    assert "is a curly quote (column" in problem.message
    assert problem.line == 2
    assert instead in problem.hint


def test_a_curly_quote_within_straight_ones_is_text(tmp_path: Path) -> None:
    text = "[[watch]]\nquery = '“acme”' x\n"
    [problem] = problems_of(config_folder(tmp_path, {"watches.toml": text}))[:1]
    assert "curly" not in problem.message
