"""Files become values: defaults, shorthands, keys that nobody wrote, and the fingerprint."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.model import Selectors, SmtpServer, Where
from tests.config.files import GOOD, config_folder, load, problems_of

SOURCE = GOOD["sources.toml"]


def test_a_source_has_the_documented_defaults(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)

    [source] = load(folder).sources

    assert (source.name, source.item_kind, source.confidence) == ("gazette", "news", "unconfirmed")
    assert (source.every, source.min_every, source.max_every) == (
        timedelta(minutes=15),
        timedelta(minutes=5),
        timedelta(hours=24),
    )
    assert (source.enabled, source.verify_tls, source.language) == (True, True, None)
    assert source.where == Where(file=str(folder / "sources.toml"), line=1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('every = "2m"', ("2m", "2m", "24h")),
        ('every = "7d"', ("7d", "5m", "7d")),
        ('min_every = "1h"', ("1h", "1h", "24h")),
        ('max_every = "10m"', ("10m", "5m", "10m")),
    ],
)
def test_an_interval_that_was_written_moves_the_ones_that_were_not(
    tmp_path: Path, written: str, expected: tuple[str, str, str]
) -> None:
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

    [source] = load(config_folder(tmp_path, {"sources.toml": f"{SOURCE}{written}\n"})).sources

    assert (source.every, source.min_every, source.max_every) == tuple(
        int(text[:-1]) * units[text[-1]] for text in expected
    )


def test_keywords_are_any_of_these_phrases(tmp_path: Path) -> None:
    text = '[[watch]]\nkey = "acme-nhs"\nkeywords = ["patient record", "Acme"]\n'

    [watch] = load(config_folder(tmp_path, {"watches.toml": text})).watches

    assert watch.query == 'plural("patient record") OR plural("Acme")'
    assert watch.label == "acme-nhs"


def test_keywords_are_exact_where_that_is_asked_for(tmp_path: Path) -> None:
    text = '[[watch]]\nkey = "acme-nhs"\nkeywords = ["patient record"]\nexact = true\n'

    [watch] = load(config_folder(tmp_path, {"watches.toml": text})).watches

    assert watch.query == '"patient record"'


def test_a_keyword_that_is_a_suppliers_name_has_no_plural(tmp_path: Path) -> None:
    written = {
        "suppliers.toml": '[[supplier]]\nkey = "acme"\nnames = ["Acme", "Dr Acme\'s Records"]\n',
        "watches.toml": "[[watch]]\nkey = 'acme-nhs'\n"
        'keywords = ["ACME", "dr acme’s  records", "Acme record"]\n',
    }

    [watch] = load(config_folder(tmp_path, written)).watches

    assert watch.query == '"ACME" OR "dr acme’s  records" OR plural("Acme record")'


def test_a_query_may_run_over_lines(tmp_path: Path) -> None:
    text = "[[watch]]\nkey = 'acme-nhs'\nquery = '''\nacme\nAND nhs\n'''\nlabel = 'Acme'\n"

    [watch] = load(config_folder(tmp_path, {"watches.toml": text})).watches

    assert (watch.query, watch.label) == ("acme\nAND nhs", "Acme")


def _subscriptions(*recipients: str, cadence: str = "daily at 07:30") -> str:
    return "".join(
        f'[[subscription]]\nto = ["{to}"]\nwatches = ["acme-nhs"]\ncadence = "{cadence}"\n'
        for to in recipients
    )


def test_a_subscription_goes_by_its_cadence_and_first_watch(tmp_path: Path) -> None:
    [subscription] = load(config_folder(tmp_path)).subscriptions

    assert subscription.key == "daily-acme-nhs"
    assert subscription.timezone == "Europe/London"
    assert subscription.send_empty is False


def test_all_watches_give_the_key_all(tmp_path: Path) -> None:
    text = _subscriptions("you@example.org").replace('"acme-nhs"', '"*"')

    [subscription] = load(config_folder(tmp_path, {"subscriptions.toml": text})).subscriptions

    assert (subscription.key, subscription.watches) == ("daily-all", ("*",))


def test_two_people_with_the_same_wish_have_keys_of_their_own(tmp_path: Path) -> None:
    text = _subscriptions("a@example.org", "b@example.org")

    loaded = load(config_folder(tmp_path, {"subscriptions.toml": text})).subscriptions

    assert [each.key for each in loaded] == ["daily-acme-nhs", "daily-acme-nhs-b-example-org"]


def test_a_key_that_was_given_twice_is_refused_whoever_is_told(tmp_path: Path) -> None:
    text = _subscriptions("a@example.org", "b@example.org").replace("to =", 'key = "x"\nto =')

    [problem] = problems_of(config_folder(tmp_path, {"subscriptions.toml": text}))

    assert (problem.line, problem.key) == (7, "key")


def test_settings_work_without_an_account_and_without_a_server(tmp_path: Path) -> None:
    settings = load(config_folder(tmp_path, {"settings.toml": "# nothing\n"})).settings

    assert settings.mail.smtp is None
    assert settings.operator_to is None
    assert settings.service.data == tmp_path / "data"
    assert settings.service.database_url == f"sqlite:///{tmp_path}/data/supplierwatch.db"
    assert settings.service.listen == "127.0.0.1:8420"
    assert settings.crawl.allowed_hosts == ()
    assert settings.crawl.user_agent.startswith("supplierwatch/")


def test_settings_are_read(tmp_path: Path) -> None:
    text = """
[mail]
from = "Media watch <watch@trust.example>"
reply_to = "comms@trust.example"
smtp = "smtp.trust.example:465"
[operator]
to = "it@trust.example"
[service]
data = "/var/lib/watch"
public_url = "https://watch.trust.example/"
listen = "[::1]:8000"
[crawl]
allowed_hosts = ["127.0.0.1", "10.0.0.0/8", "Intranet.Example"]
concurrent_batches = 4
batch_deadline = "90s"
memory_limit_mb = 1024
download_delay = "0s"
"""
    settings = load(config_folder(tmp_path, {"settings.toml": text})).settings

    assert settings.mail.sender == "Media watch <watch@trust.example>"
    assert settings.mail.smtp == SmtpServer(
        host="smtp.trust.example", port=465, security="tls", username=None, password=None
    )
    assert settings.operator_to == "it@trust.example"
    assert settings.service.data == Path("/var/lib/watch")
    assert settings.service.public_url == "https://watch.trust.example"
    assert settings.service.listen == "[::1]:8000"
    assert settings.crawl.allowed_hosts == ("127.0.0.1", "10.0.0.0/8", "intranet.example")
    assert settings.crawl.concurrent_batches == 4
    assert settings.crawl.batch_deadline == timedelta(seconds=90)
    assert settings.crawl.memory_limit_mb == 1024
    assert settings.crawl.download_delay == timedelta(0)
    assert "+https://watch.trust.example" in settings.crawl.user_agent


def test_no_health_page_where_listen_is_empty(tmp_path: Path) -> None:
    files = {"settings.toml": '[service]\nlisten = ""\n'}

    assert load(config_folder(tmp_path, files)).settings.service.listen is None


def test_the_fingerprint_changes_with_any_file_and_only_then(tmp_path: Path) -> None:
    folder = config_folder(tmp_path)
    seen = {load(folder).fingerprint, load(folder).fingerprint}
    assert len(seen) == 1

    for name in GOOD:
        path = folder / name
        path.write_text(path.read_text() + "# a remark\n")
        seen.add(load(folder).fingerprint)

    assert len(seen) == 1 + len(GOOD)


@pytest.mark.slow
def test_ten_thousand_watches_load_in_one_go(tmp_path: Path) -> None:
    text = "".join(f"[[watch]]\nkey = 'w{n}'\nquery = 'acme AND w{n}'\n" for n in range(10_000))
    files = {"watches.toml": text, "subscriptions.toml": "# nobody\n"}

    watches = load(config_folder(tmp_path, files)).watches

    assert [watches[n].where.line for n in (0, 1, 9_999)] == [1, 4, 29_998]


def test_the_selectors_of_a_source_are_read(tmp_path: Path) -> None:
    select = """[source.select]
entry = "li.news"
remove = ["aside", ".promo, .advert"]
"""
    folder = config_folder(tmp_path, {"sources.toml": SOURCE + select})

    [source] = load(folder).sources

    assert source.select == Selectors(entry="li.news", remove=("aside", ".promo, .advert"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('entry = "li..news"', "is not a CSS selector"),
        ('link = "a::attr(href)"', "has a pseudo-element"),
        ('title = "h2::text"', "has a pseudo-element"),
        ('remove = [""]', "is empty"),
    ],
)
def test_what_is_no_selector_is_refused_with_its_line(
    tmp_path: Path, written: str, expected: str
) -> None:
    source = f"{SOURCE}[source.select]\n{written}\n"
    folder = config_folder(tmp_path, {"sources.toml": source})

    [problem] = problems_of(folder)

    assert expected in problem.message
    assert problem.line == source.splitlines().index(written) + 1


def test_neither_newsrooms_nor_every_outlet_are_the_default(tmp_path: Path) -> None:
    catalog = load(config_folder(tmp_path))

    assert (catalog.watches[0].every_outlet, catalog.sources[0].press_of) == (False, None)


def test_a_newsroom_and_a_watch_for_every_outlet_are_read(tmp_path: Path) -> None:
    folder = config_folder(
        tmp_path,
        {
            "watches.toml": f"{GOOD['watches.toml']}every_outlet = true\n",
            "sources.toml": f'{SOURCE}press_of = "Acme"\n',
        },
    )

    catalog = load(folder)

    assert (catalog.watches[0].every_outlet, catalog.sources[0].press_of) == (True, "Acme")


@pytest.mark.parametrize(
    ("source", "settings", "days"),
    [
        ("", "", 14),
        ('max_age = "60d"', "", 60),
        ('max_age = "off"', "", None),
        ("", '[crawl]\nmax_age = "3d"\n', 3),
        ("", '[crawl]\nmax_age = "off"\n', None),
        ("", '[crawl]\nmax_age = { feed = "5d", page = "off" }\n', 5),
        ("", '[crawl.max_age]\npage = "off"\n', 14),
        ('max_age = "2w"', '[crawl]\nmax_age = "off"\n', 14),
    ],
)
def test_the_age_from_which_items_are_old(
    tmp_path: Path, source: str, settings: str, days: int | None
) -> None:
    files = {"sources.toml": f"{SOURCE}{source}\n", "settings.toml": settings or "# none\n"}

    [one] = load(config_folder(tmp_path, files)).sources

    assert one.max_age == (None if days is None else timedelta(days=days))


@pytest.mark.parametrize("value", ["5", "{ feeds = '5d' }", "{ feed = 5 }", "'soon'"])
def test_ages_of_kinds_that_are_none_are_refused(tmp_path: Path, value: str) -> None:
    text = f"[crawl]\nmax_age = {value}\n"
    [problem] = problems_of(config_folder(tmp_path, {"settings.toml": text}))
    assert problem.key == "max_age"


@pytest.mark.parametrize("value", ["1h", "-3d", "fortnight", "0d"])
def test_an_age_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    text = f'{SOURCE}max_age = "{value}"\n'
    [problem] = problems_of(config_folder(tmp_path, {"sources.toml": text}))
    assert (problem.key, problem.value) == ("max_age", f'"{value}"')
