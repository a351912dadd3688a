"""Secrets come from the environment or from files it names, and are never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigNotFound
from config.locate import find_folder
from tests.config.files import config_folder, load, problems_of

SERVER = '[mail]\nfrom = "watch@trust.example"\nsmtp = "smtp.trust.example:587"\n'
LOGIN = {"SUPPLIERWATCH_SMTP_USERNAME": "watch", "SUPPLIERWATCH_SMTP_PASSWORD": "hunter2"}


def test_the_login_comes_from_the_environment(tmp_path: Path) -> None:
    smtp = load(config_folder(tmp_path, {"settings.toml": SERVER}), LOGIN).settings.mail.smtp

    assert smtp is not None
    assert (smtp.username, smtp.password, smtp.security) == ("watch", "hunter2", "starttls")


def test_a_password_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter 2\n")
    environ = {
        "SUPPLIERWATCH_SMTP_USERNAME": "watch",
        "SUPPLIERWATCH_SMTP_PASSWORD_FILE": str(secret),
    }

    smtp = load(config_folder(tmp_path, {"settings.toml": SERVER}), environ).settings.mail.smtp

    assert smtp is not None
    assert smtp.password == "hunter 2"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("", "nothing in it"),
        ("a\nb\n", "several lines"),
        (b"\xff", "UTF-8"),
    ],
    ids=["absent", "empty", "two lines", "not text"],
)
def test_a_file_that_holds_no_password_is_told(
    tmp_path: Path, content: str | bytes | None, words: str
) -> None:
    secret = tmp_path / "password"
    if content is not None:
        secret.write_bytes(content.encode() if isinstance(content, str) else content)
    environ = {"SUPPLIERWATCH_SMTP_PASSWORD_FILE": str(secret)}

    [problem] = problems_of(config_folder(tmp_path, {"settings.toml": SERVER}), environ)

    assert (problem.file, problem.key) == ("environment", "SUPPLIERWATCH_SMTP_PASSWORD_FILE")
    assert problem.value == str(secret)
    assert words in problem.message


def test_a_secret_given_twice_is_told(tmp_path: Path) -> None:
    environ = {**LOGIN, "SUPPLIERWATCH_SMTP_PASSWORD_FILE": "/run/secrets/password"}

    [problem] = problems_of(config_folder(tmp_path, {"settings.toml": SERVER}), environ)

    assert "unset one" in problem.hint
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("given", LOGIN)
def test_half_a_login_is_told(tmp_path: Path, given: str) -> None:
    folder = config_folder(tmp_path, {"settings.toml": SERVER})

    [problem] = problems_of(folder, {given: LOGIN[given]})

    assert problem.key == given
    assert next(name for name in LOGIN if name != given) in problem.message
    assert "hunter2" not in str(problem)


def test_a_password_is_not_sent_in_clear(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"settings.toml": SERVER + 'security = "none"\n'})

    assert problems_of(folder) == []
    [problem] = problems_of(folder, LOGIN)
    assert (problem.line, problem.key) == (4, "security")


def test_a_database_and_a_data_folder_of_ones_own(tmp_path: Path) -> None:
    environ = {
        "SUPPLIERWATCH_DATA": str(tmp_path / "elsewhere"),
        "SUPPLIERWATCH_DATABASE_URL": "postgresql://me:hunter2@db.example/watch",
    }

    service = load(config_folder(tmp_path), environ).settings.service

    assert service.data == tmp_path / "elsewhere"
    assert service.database_url == "postgresql://me:hunter2@db.example/watch"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://me:hunter2@db.example/watch", "postgresql://"),
        ("mysql://me:hunter2@db.example/watch", "sqlite:////"),
        ("watch.db", "sqlite:////"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
    ],
)
def test_a_database_that_cannot_be_is_told_without_its_password(
    tmp_path: Path, url: str, words: str
) -> None:
    [problem] = problems_of(config_folder(tmp_path), {"SUPPLIERWATCH_DATABASE_URL": url})

    assert words in problem.hint
    assert "hunter2" not in str(problem)


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    [problem] = problems_of(config_folder(tmp_path))

    assert (problem.key, problem.value) == ("data", f'"{tmp_path / "data"}"')


def test_the_folder_is_the_one_that_is_named(tmp_path: Path) -> None:
    assert find_folder({"SUPPLIERWATCH_CONFIG": str(tmp_path)}) == tmp_path


def test_the_folder_is_else_config_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigNotFound, match="supplierwatch init"):
        find_folder({})

    (tmp_path / "config").mkdir()

    assert find_folder({}) == Path("config")


def test_a_named_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match="SUPPLIERWATCH_CONFIG"):
        find_folder({"SUPPLIERWATCH_CONFIG": str(tmp_path / "nowhere")})
