"""Checks across tables: duplicate keys and references to undeclared keys.

Pure: takes tables that passed validation, and returns problems.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from config.errors import Problem
from config.model import DEFAULT_GROUP
from config.tables.group_references import group_problems
from config.tables.reading import ConfigFile, Declarations, Declared
from config.tables.shape import Keyed, SourceTable, SubscriptionTable, SupplierTable, WatchTable
from config.values.cadence import write_duration
from config.values.checks import CHANNEL
from config.values.invalid_value import nearest

T = TypeVar("T", bound=Keyed)


def supplier_problems(suppliers: Declarations[SupplierTable]) -> list[Problem]:
    """Find duplicate keys, and suppliers with neither names nor a query."""
    document = suppliers.document
    problems = _find_duplicate_keys(suppliers)
    problems += [
        document.problem(
            each.path,
            each.table.key,
            "this supplier has neither names nor a query",
            'add names = ["..."]',
        )
        for each in suppliers.valid
        if not each.table.names and not each.table.query
    ]
    return problems


def _find_duplicate_urls(sources: Declarations[SourceTable]) -> list[Problem]:
    """Find URLs that two sources poll, of one group or one of them shared.

    Two groups may each have a source of their own at one address: neither sees the other's.
    """
    document = sources.document
    groups = {path[:-1]: group for path, group in sources.written("group")}
    polled: dict[str, dict[str, tuple[str | int, ...]]] = {}  # URL -> group -> first place
    problems = []
    for path, url in sources.written("url"):
        group = groups.get(path[:-1], DEFAULT_GROUP)
        places = polled.setdefault(url.strip(), {})
        before = places.get(group) or places.get(DEFAULT_GROUP)
        if before is None and group == DEFAULT_GROUP:
            before = next(iter(places.values()), None)
        places.setdefault(group, path)
        if before is not None:
            line = document.where(*before).line
            problems.append(
                document.problem(
                    path,
                    url,
                    f"is polled already (line {line})",
                    "remove one of the two sources",
                )
            )
    return problems


def source_problems(sources: Declarations[SourceTable], kinds: Collection[str]) -> list[Problem]:
    """Find duplicate keys and URLs, unknown kinds, and contradictory intervals."""
    document = sources.document
    problems = _find_duplicate_keys(sources)
    problems += _find_duplicate_urls(sources)
    for path, kind in sources.written("kind"):
        if kind not in kinds:
            meant = nearest(kind, kinds)
            hint = f"did you mean {meant}? " if meant else ""
            known = ", ".join(sorted(kinds)) or "none"
            problems.append(
                document.problem(path, kind, "is not a kind of source", f"{hint}Kinds: {known}")
            )
    for each in sources.valid:
        problems += _check_intervals(document, each)
        if each.table.kind == "page" and each.table.select.entry is None:
            problems.append(
                document.problem(
                    each.path,
                    each.table.key,
                    "a source of this kind needs a selector for its entries",
                    'add below it [source.select] with entry = "article.news-item"',
                )
            )
    return problems


def watch_problems(watches: Declarations[WatchTable]) -> list[Problem]:
    """Find duplicate keys, watches without exactly one query, and invalid `was` keys."""
    document = watches.document
    problems = _find_duplicate_keys(watches)
    declared = {key for _, key in watches.written("key")}
    successors: dict[str, str] = {}
    for each in watches.valid:
        table = each.table
        if (table.query is None) == (table.keywords is None):
            both = table.query is not None
            problems.append(
                document.problem(
                    (*each.path, "keywords") if both else each.path,
                    table.key,
                    "this watch has both a query and keywords"
                    if both
                    else "this watch has neither a query nor keywords",
                    "keep one of them"
                    if both
                    else 'add query = \'...\' or keywords = ["...", "..."]',
                )
            )
        if table.exact and table.keywords is None:
            problems.append(
                document.problem(
                    (*each.path, "exact"),
                    "true",
                    "exact applies to keywords: a query finds words as they are written",
                    "remove it; in a query, plural(word) finds singular and plural",
                )
            )
        if table.was is not None:
            problems += _check_renamed_from(document, each, declared, successors)
    return problems


def subscription_problems(
    subscriptions: Declarations[SubscriptionTable],
    keys: Iterable[str],
    watches: Declarations[WatchTable],
    channels: Collection[str] | None = (),
    sources: Collection[str] | None = None,
    source_groups: Mapping[str, str] = MappingProxyType({}),
) -> list[Problem]:
    """Find unknown watches, channels and sources, those of other groups, and duplicate keys.

    `keys` are the keys of the subscriptions (own or derived), in order; `channels` and `sources`
    are the declared keys, None where their file cannot be read. `source_groups` maps sources to
    their groups.
    """
    document = subscriptions.document
    known = [key for _, key in watches.written("key")]
    watch_names = {*known, "*"}
    problems = []
    first: dict[str, Declared[SubscriptionTable]] = {}
    for key, each in zip(keys, subscriptions.valid, strict=True):
        before = first.setdefault(key, each)
        if before is not each:
            explicit = each.table.key is not None
            problems.append(
                document.problem(
                    (*each.path, "key") if explicit else each.path,
                    key,
                    f"another subscription has this key (line {before.where.line})",
                    "choose another key"
                    if explicit
                    else f'give this one its own key: key = "{key}-2"',
                )
            )
        if watches.is_readable:
            problems += _find_unknown(
                document, (*each.path, "watches"), each.table.watches, watch_names, _WATCHES
            )
        problems += _check_expected(document, each, known if watches.is_readable else None, sources)
        problems += group_problems(document, each, watches, source_groups)
        if channels is not None:
            problems += _find_unknown(
                document, (*each.path, "to"), each.table.to, channels, _CHANNELS
            )
    return problems


def _check_expected(
    document: ConfigFile,
    each: Declared[SubscriptionTable],
    watches: Collection[str] | None,
    sources: Collection[str] | None,
) -> list[Problem]:
    problems = []
    for number, wanted in enumerate(each.table.expect):
        path = (*each.path, "expect", number)
        if (wanted.watch is None) == (wanted.source is None):
            hint = 'write { watch = "KEY", within = "7d" } or { source = "KEY", within = "2d" }'
            problems.append(
                document.problem(path, None, "does not name exactly one watch or source", hint)
            )
            continue
        for what, key, known in (
            ("watch", wanted.watch, watches),
            ("source", wanted.source, sources),
        ):
            if key is None or known is None or key in known:
                continue
            meant = nearest(key, known)
            hint = f"did you mean {meant}? " if meant else ""
            hint += f"{what.title()}s are declared in {what}{'es' if what == 'watch' else 's'}.toml"
            problems.append(document.problem(path, key, f"there is no such {what}", hint))
    return problems


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReferenceKind:
    """The kind of names in a list: `prefix` begins each, `where` says where they are declared.

    Names without the prefix are of another kind.
    """

    noun: str
    where: str
    prefix: str = ""


_CHANNELS = _ReferenceKind(
    noun="channel",
    where="Channels are declared as [[channel]] in settings.toml",
    prefix=CHANNEL,
)
_WATCHES = _ReferenceKind(
    noun="watch", where='Watches are declared in watches.toml; "*" stands for all of them'
)


def _find_unknown(
    document: ConfigFile,
    path: tuple[str | int, ...],
    names: Sequence[str],
    known: Collection[str],
    kind: _ReferenceKind,
) -> list[Problem]:
    """Return a problem for each name of a list that is not known, with the nearest that is.

    Args:
        document: the file.
        path: of the list.
        names: the list.
        known: the keys that are declared, without the prefix.
        kind: of the names.
    """
    problems = []
    for number, name in enumerate(names):
        key = name.removeprefix(kind.prefix)
        if not name.startswith(kind.prefix) or key in known:
            continue
        meant = nearest(key, known)
        hint = f"did you mean {kind.prefix}{meant}? " if meant else ""
        message = f"there is no such {kind.noun}"
        problems.append(document.problem((*path, number), name, message, f"{hint}{kind.where}"))
    return problems


def _check_renamed_from(
    document: ConfigFile, each: Declared[WatchTable], declared: set[str], successors: dict[str, str]
) -> list[Problem]:
    table = each.table
    assert table.was is not None  # noqa: S101  # checked by the caller
    if table.was == table.key:
        message, hint = "is this watch's own key", "write the key that it had before"
    elif table.was in declared:
        message = "is still a watch: its history cannot be given to another"
        hint = f"remove the watch {table.was}, or this line"
    elif table.was in successors:
        message = f"has given its history to {successors[table.was]} already"
        hint = "keep this line in one of the two"
    else:
        successors[table.was] = table.key
        return []
    return [document.problem((*each.path, "was"), table.was, message, hint)]


def _check_intervals(document: ConfigFile, each: Declared[SourceTable]) -> list[Problem]:
    """Check min_every <= every <= max_every, of those written: defaults adapt to them."""
    table = each.table
    written = table.model_fields_set
    if {"min_every", "max_every"} <= written and table.min_every > table.max_every:
        return [
            document.problem(
                (*each.path, "min_every"),
                write_duration(table.min_every),
                "is longer than max_every",
                "make min_every <= every <= max_every",
            )
        ]
    for bound, crossed in (
        ("min_every", table.every < table.min_every),
        ("max_every", table.every > table.max_every),
    ):
        if crossed and "every" in written and bound in written:
            return [
                document.problem(
                    (*each.path, "every"),
                    write_duration(table.every),
                    f"is {'less' if bound == 'min_every' else 'more'} than {bound}",
                    "make min_every <= every <= max_every",
                )
            ]
    return []


def _find_duplicate_keys(declarations: Declarations[T]) -> list[Problem]:
    document = declarations.document
    problems = []
    first: dict[str, tuple[str | int, ...]] = {}
    for path, key in declarations.written("key"):
        before = first.setdefault(key, path)
        if before != path:
            problems.append(
                document.problem(
                    path,
                    key,
                    f"is declared twice (first on line {document.where(*before).line})",
                    "give one of the two another key, or remove it",
                )
            )
    return problems
