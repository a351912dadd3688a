"""Reads the data folder and the database URL, even where the configuration is otherwise invalid.

For commands that back up, check and restore the data.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.errors import ConfigInvalid, Problem
from config.locate import require_folder
from config.model import ServiceSettings
from config.settings.environment import DATA, DATABASE_URL, read_environment
from config.settings.settings import database_url_of, resolve_data
from config.tables.parser_errors import convert_validation_errors
from config.tables.reading import ConfigFile, read_document
from config.tables.shape import SettingsTables

_HEADER = re.compile(r"^[ \t]*+\[[ \t]*+service[ \t]*+\][^\n]*+$", re.MULTILINE)
_NEXT_HEADER = re.compile(r"^[ \t]*+\[", re.MULTILINE)


def load_service_settings(folder: Path, environ: Mapping[str, str]) -> ServiceSettings:
    """Read the data folder and the database URL.

    Other tables, files and keys of [service] are not validated.

    Raises:
        ConfigNotFound: there is no such folder.
        ConfigInvalid: these two cannot be determined; with the problems that concern them.
    """
    require_folder(folder)
    path = folder / "settings.toml"
    document = read_document(path, may_be_absent=True)
    overrides, found = read_environment(environ)
    problems = [each for each in found if each.key.startswith((DATA, DATABASE_URL))]
    table: Mapping[str, Any] = {}
    if overrides.data is None:
        table, document_problems = _read_service_table(document)
        problems += document_problems
    tables, table_problems = _validate_data(document, table)
    problems += table_problems
    if problems:
        raise ConfigInvalid(problems)
    data = resolve_data(path, overrides, tables)
    return ServiceSettings(
        data=data,
        database_url=database_url_of(data, overrides),
        public_url=None,
        listen=None,
    )


def _read_service_table(document: ConfigFile) -> tuple[Mapping[str, Any], list[Problem]]:
    """Return the table [service] of a file that may be invalid TOML elsewhere."""
    if document.data is not None:
        service = document.data.get("service", {})
        return (service if isinstance(service, Mapping) else {}), []
    text = document.content.decode("utf-8-sig", "replace")
    header = _HEADER.search(text)
    if not text or header is None:
        # whether it names a folder is unknown
        return {}, list(document.problems)
    end = _NEXT_HEADER.search(text, header.end())
    try:
        fragment = tomllib.loads(text[header.end() : end.start() if end else None])
    except tomllib.TOMLDecodeError:
        return {}, list(document.problems)
    return fragment, []


def _validate_data(
    document: ConfigFile, table: Mapping[str, Any]
) -> tuple[SettingsTables, list[Problem]]:
    if "data" not in table:
        return SettingsTables(), []
    try:
        return SettingsTables.model_validate({"service": {"data": table["data"]}}), []
    except ValidationError as error:
        lines = document.lines
        return SettingsTables(), convert_validation_errors(
            document.file, lines, (), error, SettingsTables
        )
