"""Where the data is can be told whatever is wrong with the rest of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigInvalid
from config.settings.service_settings import load_service_settings
from tests.config.files import config_folder

SERVICE = '[service]\ndata = "elsewhere"\n'


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(SERVICE, id="right"),
        pytest.param(f'{SERVICE}colour = "red"\nlisten = 5\n', id="other keys of [service]"),
        pytest.param(f"{SERVICE}[mail]\nsmtp = 25\n", id="another table"),
        pytest.param(f"[mail]\nfrom = “me”\n{SERVICE}", id="no TOML before"),
        pytest.param(f"{SERVICE}\n[mail]\nfrom = \n", id="no TOML after"),
        pytest.param(f"{SERVICE}\n[[channel]]\n[[channel", id="an open bracket"),
        pytest.param(SERVICE.replace("\n", "\r\n") + "= \n[x]\n", id="line ends of Windows"),
    ],
)
def test_the_data_folder_is_found(tmp_path: Path, settings: str) -> None:
    broken = {"watches.toml": "[[watch", "sources.toml": None, "settings.toml": settings}
    folder = config_folder(tmp_path, broken)
    if settings.endswith("= \n[x]\n"):
        with pytest.raises(ConfigInvalid):
            load_service_settings(folder, {})
        return

    found = load_service_settings(folder, {})

    assert found.data == tmp_path / "elsewhere"
    assert found.database_url == f"sqlite:///{tmp_path / 'elsewhere' / 'supplierwatch.db'}"


def test_where_no_table_says_it_the_default_is_meant(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"settings.toml": "[mail]\nsmtp = 1\n"})
    assert load_service_settings(folder, {}).data == tmp_path / "data"


@pytest.mark.parametrize("settings", ["[service]\ndata = 5\n", "[service]\ndata = \n", "[mail\n"])
def test_where_it_cannot_be_told_nothing_is_guessed(tmp_path: Path, settings: str) -> None:
    folder = config_folder(tmp_path, {"settings.toml": settings})

    with pytest.raises(ConfigInvalid) as caught:
        load_service_settings(folder, {})

    assert "settings.toml" in caught.value.problems[0].file


def test_the_environment_decides_alone(tmp_path: Path) -> None:
    folder = config_folder(tmp_path, {"settings.toml": "[mail\n"})
    environ = {"SUPPLIERWATCH_DATA": str(tmp_path / "there")}
    assert load_service_settings(folder, environ).data == tmp_path / "there"
