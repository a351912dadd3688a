"""Everything that is wrong with a folder is said at once: file, line, key, value, hint."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from config.errors import ConfigInvalid, ConfigNotFound
from tests.config.files import GOOD, config_folder, load, problems_of


class Wrong(NamedTuple):
    """A file that is wrong, and what must be said of it."""

    file: str
    content: str
    line: int
    key: str
    value: str | None
    hint: str


SOURCE = GOOD["sources.toml"]
WATCH = GOOD["watches.toml"]
SUBSCRIPTION = GOOD["subscriptions.toml"]
MAIL = GOOD["settings.toml"]

MISTAKES = {
    "an expectation of nothing": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ within = "7d" }]\n',
        5,
        "expect",
        None,
        "write { watch",
    ),
    "an expectation of an unknown watch": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ watch = "acme-nsh", within = "7d" }]\n',
        5,
        "expect",
        '"acme-nsh"',
        "did you mean acme-nhs?",
    ),
    "an expectation of an unknown source": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ source = "gazete", within = "7d" }]\n',
        5,
        "expect",
        '"gazete"',
        "did you mean gazette?",
    ),
    "an expectation within a minute": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ source = "gazette", within = "1m" }]\n',
        5,
        "within",
        '"1m"',
        "write",
    ),
    "a sensitivity that is none": Wrong(
        "subscriptions.toml", SUBSCRIPTION + 'unusual = "hi"\n', 5, "unusual", '"hi"', "high"
    ),
    "unknown key": Wrong("sources.toml", SOURCE + 'evry = "15m"\n', 5, "evry", '"15m"', "every"),
    "unknown key of settings": Wrong(
        "settings.toml", MAIL + 'smpt = "x:25"\n', 3, "smpt", '"x:25"', "did you mean smtp?"
    ),
    "unknown section": Wrong(
        "settings.toml", '[male]\nto = "x@y.example"\n', 1, "male", '{to = "x@y.example"}', "mail"
    ),
    "unknown table": Wrong("watches.toml", "[[wacth]]\n" + WATCH, 1, "wacth", None, "[[watch]]"),
    "single table": Wrong(
        "watches.toml", '[watch]\nkey = "a"\n', 1, "watch", None, "two brackets"
    ),
    "key outside a table": Wrong(
        "watches.toml", 'key = "a"\n' + WATCH, 1, "key", '"a"', "below the [[watch]]"
    ),
    "missing key": Wrong(
        "sources.toml", '# x\n[[source]]\nkey = "a"\nkind = "feed"\n', 2, "url", None, "add it"
    ),
    "page without a selector": Wrong(
        "sources.toml", SOURCE.replace('"feed"', '"page"'), 1, "source", '"gazette"', "entry ="
    ),
    "unknown kind": Wrong(
        "sources.toml", SOURCE.replace('"feed"', '"feeds"'), 3, "kind", '"feeds"', "mean feed?"
    ),
    "duplicate key": Wrong(
        "sources.toml",
        SOURCE + SOURCE.replace("example/feed", "example/other"),
        6,
        "key",
        '"gazette"',
        "another key",
    ),
    "duplicate address": Wrong(
        "sources.toml",
        SOURCE + SOURCE.replace('"gazette"', '"other"'),
        8,
        "url",
        '"https://gazette.example/feed"',
        "remove one",
    ),
    "bad key": Wrong(
        "suppliers.toml",
        '[[supplier]]\nkey = "Acme & Co."\nnames = ["Acme"]\n',
        2,
        "key",
        '"Acme & Co."',
        "acme-co",
    ),
    "bad scheme": Wrong(
        "sources.toml",
        SOURCE.replace("https://gazette.example/feed", "file:///etc/passwd"),
        4,
        "url",
        '"file:///etc/passwd"',
        "https://",
    ),
    "no host": Wrong(
        "sources.toml",
        SOURCE.replace("https://gazette.example/feed", "https:///feed"),
        4,
        "url",
        '"https:///feed"',
        "https://example.org",
    ),
    "backslash in an address": Wrong(
        "sources.toml",
        SOURCE.replace('"https://gazette.example/feed"', r"'http://127.0.0.1:88\@gazette.example/'"),
        4,
        "url",
        r'"http://127.0.0.1:88\@gazette.example/"',
        "full address",
    ),
    "interval without unit": Wrong(
        "sources.toml", SOURCE + "every = 15\n", 5, "every", "15", "between quotes"
    ),
    "interval too short": Wrong(
        "sources.toml", SOURCE + 'every = "5s"\n', 5, "every", '"5s"', "1m to 31d"
    ),
    "intervals crossed": Wrong(
        "sources.toml",
        SOURCE + 'every = "10m"\nmin_every = "1h"\n',
        5,
        "every",
        '"10m"',
        "min_every <= every",
    ),
    "not a boolean": Wrong(
        "sources.toml", SOURCE + 'enabled = "no"\n', 5, "enabled", '"no"', "true or false"
    ),
    "unknown confidence": Wrong(
        "sources.toml",
        SOURCE + 'confidence = "sure"\n',
        5,
        "confidence",
        '"sure"',
        "verified, reported or unconfirmed",
    ),
    "neither query nor keywords": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\n',
        1,
        "watch",
        '"acme-nhs"',
        "keywords = [",
    ),
    "query and keywords": Wrong(
        "watches.toml", WATCH + 'keywords = ["x"]\n', 4, "keywords", '"acme-nhs"', "keep one"
    ),
    "exact without keywords": Wrong(
        "watches.toml", WATCH + "exact = true\n", 4, "exact", '"true"', "plural(word)"
    ),
    "keyword with quotes": Wrong(
        "watches.toml",
        "[[watch]]\nkey = 'acme-nhs'\nkeywords = [\n  'a',\n  'b \"c\"',\n]\n",
        5,
        "keywords",
        '"b "c""',
        "the words alone",
    ),
    "empty list": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\nkeywords = []\n',
        3,
        "keywords",
        "[]",
        "at least one",
    ),
    "text for a list": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('["you@example.org"]', '"you@example.org"'),
        2,
        "to",
        '"you@example.org"',
        '["..."]',
    ),
    "dangling watch": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('"acme-nhs"', '"*", "acme-nsh"'),
        3,
        "watches",
        '"acme-nsh"',
        "did you mean acme-nhs?",
    ),
    "bad address": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "you at example.org"),
        2,
        "to",
        '"you at example.org"',
        "you@example.org",
    ),
    "address with a name": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "You <you@example.org>"),
        2,
        "to",
        '"You <you@example.org>"',
        "the address alone",
    ),
    "address of two lines": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "you@example.org\\r\\nBcc: x@example.org"),
        2,
        "to",
        '"you@example.org\r\nBcc: x@example.org"',
        "you@example.org",
    ),
    "same recipient twice": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('"you@example.org"', '"you@example.org", "You@Example.org"'),
        2,
        "to",
        '["you@example.org", "You@Example.org"]',
        "remove one",
    ),
    "bad cadence": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("daily at 07:30", "dayly"),
        4,
        "cadence",
        '"dayly"',
        "daily at 07:30",
    ),
    "bad timezone": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'timezone = "Europe/Londn"\n',
        5,
        "timezone",
        '"Europe/Londn"',
        "Europe/London",
    ),
    "bad quiet hours": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'quiet_hours = "21-7"\n',
        5,
        "quiet_hours",
        '"21-7"',
        "21:00-07:00",
    ),
    "one recipient twice by the same key": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + SUBSCRIPTION.replace("07:30", "16:00"),
        5,
        "subscription",
        '"daily-acme-nhs"',
        'key = "daily-acme-nhs-2"',
    ),
    "history of itself": Wrong(
        "watches.toml", WATCH + 'was = "acme-nhs"\n', 4, "was", '"acme-nhs"', "before"
    ),
    "history of a living watch": Wrong(
        "watches.toml",
        WATCH + 'was = "other"\n[[watch]]\nkey = "other"\nquery = "x"\n',
        4,
        "was",
        '"other"',
        "remove the watch other",
    ),
    "history given twice": Wrong(
        "watches.toml",
        WATCH + 'was = "old"\n[[watch]]\nkey = "b"\nquery = "x"\nwas = "old"\n',
        8,
        "was",
        '"old"',
        "one of the two",
    ),
    "password in a file": Wrong(
        "settings.toml",
        MAIL + 'password = "hunter2"\n',
        3,
        "password",
        None,
        "SUPPLIERWATCH_SMTP_PASSWORD_FILE",
    ),
    "login in the server": Wrong(
        "settings.toml",
        MAIL + 'smtp = "me:hunter2@smtp.example:587"\n',
        3,
        "smtp",
        None,
        "SUPPLIERWATCH_SMTP_PASSWORD",
    ),
    "login in an address": Wrong(
        "sources.toml",
        SOURCE.replace("https://", "https://me:hunter2@"),
        4,
        "url",
        None,
        "secrets do not belong in files",
    ),
    "database in a file": Wrong(
        "settings.toml",
        '[service]\ndatabase_url = "postgresql://me:hunter2@db/w"\n',
        2,
        "database_url",
        None,
        "SUPPLIERWATCH_DATABASE_URL",
    ),
    "server without port": Wrong(
        "settings.toml", MAIL + 'smtp = "smtp.example"\n', 3, "smtp", '"smtp.example"', ":587"
    ),
    "server without sender": Wrong(
        "settings.toml",
        '[mail]\nsmtp = "smtp.example:587"\n',
        2,
        "smtp",
        '"smtp.example:587"',
        "from =",
    ),
    "security without server": Wrong(
        "settings.toml", MAIL + 'security = "tls"\n', 3, "security", '"tls"', "smtp ="
    ),
    "every address allowed": Wrong(
        "settings.toml",
        '[crawl]\nallowed_hosts = [\n  "10.0.0.0/8",\n  "0.0.0.0/0",\n]\n',
        4,
        "allowed_hosts",
        '"0.0.0.0/0"',
        "10.1.0.0/16",
    ),
    "supplier without a name": Wrong(
        "suppliers.toml", '[[supplier]]\nkey = "acme"\n', 1, "supplier", '"acme"', "names ="
    ),
    "quotes within quotes": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\nquery = "acme AND "patient record""\n',
        3,
        "",
        None,
        "query = '...'",
    ),
    "bare text": Wrong(
        "watches.toml", '[[watch]]\nkey = acme-nhs\n', 2, "", None, "between quotes"
    ),
    "key twice in a table": Wrong(
        "watches.toml", WATCH + 'key = "b"\n', 4, "", None, "occurs twice"
    ),
    "open quote": Wrong("watches.toml", WATCH + "label = 'x\n", 4, "", None, "close every quote"),
    "empty file": Wrong("sources.toml", "\n", 1, "", None, "[[source]]"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place_and_its_mend(tmp_path: Path, wrong: Wrong) -> None:
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


def test_a_problem_reads_as_place_value_and_mend(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"sources.toml": SOURCE + 'evry = "15m"\n'})

    said = str(problems_of(folder)[0]).splitlines()

    assert said[0] == f'{folder / "sources.toml"}:5: evry = "15m"'
    assert said[2].startswith("    fix: did you mean every?")


def test_what_is_right_is_handed_on_so_that_queries_can_be_looked_at_too(tmp_path: Path) -> None:
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
