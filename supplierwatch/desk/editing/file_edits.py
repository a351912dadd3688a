"""Checks and writes edits of configuration files, unless a file changed since it was shown."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from alerts.query import QueryError
from config.editing.file_replacement import replace_file
from config.editing.table_groups import changed_groups
from config.errors import ConfigInvalid, EditRefused, Problem
from config.model import DEFAULT_GROUP
from storage.model import Change
from storage.rules.groups import GroupScope
from supplierwatch.desk.page import DeskSource, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.group_configuration import restrict_configuration
from supplierwatch.wiring import CompiledConfiguration, load

log = logging.getLogger(__name__)

LOGGED = 500  # characters of a value
TABLES = {"sources.toml": "source", "watches.toml": "watch", "subscriptions.toml": "subscription"}
FOREIGN = "This belongs to another group: only its members and operators change it."
_WRITING = threading.Lock()


class EditSource(Protocol):
    """Gives what an edit of the configuration needs: the desk, or a command."""

    @property
    def wired(self) -> CompiledConfiguration:
        """The configuration in force."""
        ...

    @property
    def environ(self) -> Mapping[str, str]:
        """Environment variables with secrets and overrides of settings."""
        ...

    @property
    def scope(self) -> GroupScope:
        """The groups whose declarations may be edited."""
        ...


@dataclass(frozen=True, slots=True)
class ConfigText:
    """The bytes of a configuration file as they were read."""

    path: Path
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, which a form sends back."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFailure:
    """Why an edit cannot be saved, or that the file was changed meanwhile (`conflict`).

    `unwritable`: the service may not write the file; `text` says why.
    """

    text: str = ""
    query: QueryError | None = None
    problems: Sequence[Problem] = ()
    conflict: bool = False
    unwritable: bool = False

    @property
    def places(self) -> tuple[tuple[str, Problem], ...]:
        """The problems, each with the name of its file, without the folder."""
        return tuple((Path(each.file).name, each) for each in self.problems)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 409 if self.conflict else 503 if self.unwritable else 400


def group_of_new(source: EditSource) -> str:
    """Return the group for what a user adds; empty for the default one, which needs no line."""
    own = source.scope.own
    return "" if own == DEFAULT_GROUP else own


def is_foreign(source: EditSource, group: str) -> bool:
    """Return whether a declaration belongs to a group that a user may not change."""
    return not source.scope.has(group or DEFAULT_GROUP)


def read_config(source: DeskSource, name: str) -> ConfigText | PageResponse:
    """Read a file of the configuration in force; where it cannot be read, return an error page."""
    path = source.wired.catalog.folder / name
    try:
        return ConfigText(path, path.read_bytes())
    except OSError as error:
        return not_found(_("%(file)s cannot be read: %(cause)s.", file=name, cause=error.strerror))


def check_edit(
    folder: Path,
    edits: Mapping[str, bytes],
    environ: Mapping[str, str],
    in_force: CompiledConfiguration,
) -> CompiledConfiguration:
    """Compile the whole configuration with other content of some files.

    Raises:
        ConfigInvalid: `check` would refuse it.
        OSError: a file cannot be read.
    """
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch)
        for path in sorted(folder.glob("*.toml")):
            content = edits[path.name] if path.name in edits else path.read_bytes()
            (draft / path.name).write_bytes(content)
        return load(draft, environ, previous=in_force)


def try_edit(
    source: EditSource, file: ConfigText, content: bytes
) -> CompiledConfiguration | EditFailure:
    """Return the configuration with this content, or why it is refused.

    What `check` finds is refused, and a change of what belongs to another group.
    """
    if not source.scope.everything:
        touched = changed_groups(file.content, content, TABLES[file.path.name])
        foreign = sorted(group for group in touched if not source.scope.has(group))
        if foreign:
            return EditFailure(text=FOREIGN)
    try:
        edits = {file.path.name: content}
        checked = check_edit(file.path.parent, edits, source.environ, source.wired)
        return restrict_configuration(checked, source.scope)
    except ConfigInvalid as error:
        return EditFailure(problems=error.problems)
    except OSError as error:
        return EditFailure(
            text=_("A file of the configuration cannot be read: %(cause)s.", cause=error.strerror)
        )


def write_edit(file: ConfigText, content: bytes) -> EditFailure | None:
    """Replace the content of a file atomically; return the failure where that was not possible."""
    try:
        with _WRITING:
            replace_file(file.path, file.content, content)
    except EditRefused:
        return EditFailure(conflict=True)
    except OSError as error:
        log.warning("desk.unwritable file=%s cause=%s", file.path.name, error.strerror)
        return EditFailure(text=error.strerror or "", unwritable=True)
    return None


def note_edit(request: PageRequest, event: str, key: str, *, before: str, after: str) -> None:
    """Record who changed what, in the audit trail and the log.

    Args:
        request: of the user who did.
        event: the change: `source-added` is `source.added` in the audit trail.
        key: of the changed declaration.
        before: its text before; empty for a new one.
        after: its text now; empty for a removed one.
    """
    action = event.replace("-", ".", 1)
    change = Change(action=action, subject=key, before=before, after=after)
    with request.source.store.transaction() as unit:
        unit.audit.record(request.actor, change, request.now)
    log.info(
        "desk.%s key=%s by=%s from=%r to=%r",
        event,
        key,
        request.user.name,
        before[:LOGGED],
        after[:LOGGED],
    )
