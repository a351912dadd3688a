"""[[channel]] in settings.toml: what is wrong is said with a hint, what is right can be tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from supplierwatch.wiring import load
from tests.supplierwatch.instance import SETTINGS, SUBSCRIPTIONS, Instance, an_instance
from tests.support.servers.hooks import Hook, answers

SECRET = "SUPPLIERWATCH_CHANNEL_NEWS_ROOM_SECRET"  # the name of it


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return an_instance(tmp_path)


def declare(instance: Instance, table: str, to: str = "channel:news-room") -> None:
    instance.write("settings.toml", f"{SETTINGS.format(data=instance.data)}\n{table}")
    instance.write("subscriptions.toml", SUBSCRIPTIONS.replace("comms@trust.example", to))


def complaint(instance: Instance) -> str:
    run = instance.run("check")
    assert run.exit_code == Exit.CONFIG_INVALID, run.output
    return " ".join(run.output.split())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[[channel]]\nkey = "news-room"\nkind = "slak"\n', "did you mean slack?"),
        ('[[channel]]\nkey = "news-room"\nkind = "slack"\n', f"set {SECRET} in the environment"),
        ('[[channel]]\nkey = "news-room"\nkind = "ntfy"\n', "is what a ntfy channel needs"),
        (
            '[[channel]]\nkey = "news-room"\nkind = "slack"\nto = "x"\n',
            "means nothing to a slack channel",
        ),
        ('[[channel]]\nkey = "email"\nkind = "ntfy"\nto = "x"\n', "is reserved for e-mail"),
        (
            '[[channel]]\nkey = "news-room"\nkind = "ntfy"\nto = "x"\n' * 2,
            "is declared twice",
        ),
        ('[[channel]]\nkind = "ntfy"\nto = "x"\n', "key"),
        (
            '[[channel]]\nkey = "newsroom"\nkind = "ntfy"\nto = "x"\n',
            "mean channel:newsroom",
        ),
        ('[[channel]]\nkey = "news-room"\nkind = "ntfy"\nto = "x"\nroom = 1\n', "room"),
    ],
    ids=["kind", "secret", "topic", "stray", "email", "twice", "no-key", "dangling", "unknown-key"],
)
def test_what_is_wrong_with_a_channel_is_said_with_its_fix(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, table: str, said: str
) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    declare(instance, table)
    assert said in complaint(instance)


def test_a_channel_that_needs_an_absent_package_is_refused(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alerts.channels import apprise

    if apprise.is_installed():
        pytest.skip("Apprise is installed here")
    monkeypatch.setenv(SECRET, "json://localhost")
    declare(instance, '[[channel]]\nkey = "news-room"\nkind = "apprise"\n')
    assert "pip install 'supplierwatch[apprise]'" in complaint(instance)


def test_secrets_come_from_a_file_too_and_are_not_shown(instance: Instance, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("xoxb-very-secret\n")
    declare(instance, '[[channel]]\nkey = "news-room"\nkind = "slack"\n')
    wired = load(instance.config, {f"{SECRET}_FILE": str(file)})
    [channel] = wired.catalog.settings.channels
    assert channel.secret == "xoxb-very-secret"
    assert "very-secret" not in repr(wired.catalog.settings)


@pytest.mark.parametrize(("status", "code"), [(200, Exit.OK), (403, Exit.FAILED)])
def test_mail_test_tries_a_channel(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, status: int, code: Exit
) -> None:
    with Hook(answers(status, b"as you like")) as hook:
        monkeypatch.setenv(SECRET, "signs")
        table = f'[[channel]]\nkey = "news-room"\nkind = "webhook"\nurl = "{hook.url}/in"\n'
        declare(instance, table)
        run = instance.run("mail-test", "channel:news-room")
    assert run.exit_code == code, run.output
    said = " ".join(run.output.split())
    assert ("accepted it (200): as you like" in said) == (status == 200)
    assert ("paused (403)" in said) == (status == 403)
    assert [heard.path for heard in hook.heard] == ["/in"]


def test_mail_test_knows_no_other_channel(instance: Instance) -> None:
    run = instance.run("mail-test", "channel:nowhere")
    assert run.exit_code != Exit.OK
    assert "there is no channel 'nowhere'" in run.output
