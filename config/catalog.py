"""Reads a folder of configuration files into a `Catalog`, or reports all problems.

Queries are not parsed here: `supplierwatch.wiring` compiles them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.errors import ConfigInvalid, Problem
from config.locate import require_folder
from config.model import (
    DATED_KINDS,
    DEFAULT_MAX_AGE,
    Catalog,
    Expected,
    Selectors,
    Source,
    Subscription,
    Supplier,
    Watch,
)
from config.settings.settings import load_settings
from config.tables.keys import subscription_keys
from config.tables.reading import ConfigFile, Declared, read_tables
from config.tables.references import (
    source_problems,
    subscription_problems,
    supplier_problems,
    watch_problems,
)
from config.tables.shape import (
    SelectTable,
    SourceTable,
    SubscriptionTable,
    SupplierTable,
    WatchTable,
)


def load_catalog(folder: Path, environ: Mapping[str, str], *, kinds: Collection[str]) -> Catalog:
    """Read the five files in `folder`.

    Args:
        folder: with the configuration files.
        environ: environment variables.
        kinds: kinds of source that the crawler knows.

    Raises:
        ConfigNotFound: there is no such folder.
        ConfigInvalid: with all problems of all files and of the environment.
    """
    require_folder(folder)
    settings, settings_file, settings_problems = load_settings(folder / "settings.toml", environ)
    suppliers = read_tables(folder / "suppliers.toml", "supplier", SupplierTable, required=False)
    sources = read_tables(folder / "sources.toml", "source", SourceTable, required=True)
    watches = read_tables(folder / "watches.toml", "watch", WatchTable, required=True)
    subscriptions = read_tables(
        folder / "subscriptions.toml", "subscription", SubscriptionTable, required=True
    )
    keys_of_subscriptions = subscription_keys([each.table for each in subscriptions.valid])
    problems = (
        *settings_problems,
        *_find_unknown_kinds(settings.crawl.max_age, kinds, settings_file),
        *suppliers.problems,
        *supplier_problems(suppliers),
        *sources.problems,
        *source_problems(sources, kinds),
        *watches.problems,
        *watch_problems(watches),
        *subscriptions.problems,
        *subscription_problems(
            subscriptions,
            keys_of_subscriptions,
            watches,
            None if settings_problems else [each.key for each in settings.channels],
            [key for _, key in sources.written("key")] if sources.is_readable else None,
            {each.table.key: each.table.group for each in sources.valid},
        ),
    )
    documents = (
        settings_file,
        *(each.document for each in (suppliers, sources, watches, subscriptions)),
    )
    supplier_names = frozenset(
        _fold_name(name) for each in suppliers.valid for name in each.table.names or ()
    )
    catalog = Catalog(
        folder=folder,
        settings=settings,
        suppliers=tuple(_build_supplier(each) for each in suppliers.valid),
        sources=tuple(_build_source(each, settings.crawl.max_age) for each in sources.valid),
        watches=tuple(
            _build_watch(each, supplier_names)
            for each in watches.valid
            if each.table.query or each.table.keywords
        ),
        subscriptions=tuple(
            _build_subscription(key, each, watches.valid)
            for key, each in zip(keys_of_subscriptions, subscriptions.valid, strict=True)
        ),
        fingerprint=_compute_fingerprint(documents),
    )
    if problems:
        # without these suppliers, queries that refer to them would be reported as wrong
        suppliers_known = not suppliers.problems and not supplier_problems(suppliers)
        rest = catalog if suppliers_known else None
        raise ConfigInvalid(problems, rest=rest, valid=catalog)
    return catalog


def keyword_query(
    keywords: Sequence[str], *, exact: bool = False, supplier_names: Collection[str] = ()
) -> str:
    """Convert a list of keywords to a query for any of these phrases, in singular and plural.

    Args:
        keywords: words and phrases.
        exact: match them as written only, without singular or plural forms.
        supplier_names: in the form of `_fold_name`; names are not pluralised.
    """
    return " OR ".join(
        f'"{keyword}"' if exact or _fold_name(keyword) in supplier_names else f'plural("{keyword}")'
        for keyword in keywords
    )


def _fold_name(name: str) -> str:
    """Normalise a name for comparison: case-folded, without apostrophes and repeated blanks."""
    return " ".join(re.sub("['’ʼ]", "", name).casefold().split())


def _find_unknown_kinds(
    ages: Mapping[str, timedelta | None], kinds: Collection[str], document: ConfigFile
) -> list[Problem]:
    hint = f"Kinds: {', '.join(sorted(kinds))}"
    return [
        document.problem(("crawl", "max_age"), kind, "names no kind of source", hint)
        for kind in sorted(ages.keys() - DATED_KINDS)
        if kind not in kinds
    ]


def _build_supplier(each: Declared[SupplierTable]) -> Supplier:
    table = each.table
    return Supplier(
        key=table.key,
        names=tuple(table.names or ()),
        query=table.query,
        where=each.where,
        group=table.group,
    )


def _build_source(each: Declared[SourceTable], max_ages: Mapping[str, timedelta | None]) -> Source:
    table = each.table
    max_age = DEFAULT_MAX_AGE if table.kind in DATED_KINDS else None
    max_age = max_ages.get(table.kind, max_age)
    if "max_age" in table.model_fields_set:
        max_age = table.max_age
    # a bound that is a default yields to an interval that is written
    least = table.min_every if "min_every" in table.model_fields_set else None
    most = table.max_every if "max_every" in table.model_fields_set else None
    every = table.every
    if "every" not in table.model_fields_set:
        every = max(every, least or every)
        every = min(every, most or every)
    return Source(
        key=table.key,
        kind=table.kind,
        url=table.url,
        name=table.name or table.key,
        every=every,
        min_every=min(table.min_every, every) if least is None else least,
        max_every=max(table.max_every, every) if most is None else most,
        enabled=table.enabled,
        confidence=table.confidence,
        item_kind=table.item_kind,
        language=table.language,
        verify_tls=table.verify_tls,
        relook=table.relook,
        where=each.where,
        select=_build_selectors(table.select),
        press_of=table.press_of,
        licence=table.licence,
        group=table.group,
        max_age=max_age,
    )


def _build_selectors(table: SelectTable) -> Selectors:
    return Selectors(
        entry=table.entry,
        link=table.link,
        title=table.title,
        date=table.date,
        summary=table.summary,
        article=table.article,
        remove=tuple(table.remove or ()),
    )


def _build_watch(each: Declared[WatchTable], supplier_names: Collection[str]) -> Watch:
    table = each.table
    words = table.keywords or ()
    return Watch(
        key=table.key,
        query=table.query or keyword_query(words, exact=table.exact, supplier_names=supplier_names),
        label=table.label or table.key,
        was=table.was,
        where=each.where,
        every_outlet=table.every_outlet,
        events=table.events,
        summaries=table.summaries,
        asides=table.asides,
        group=table.group,
    )


def _build_subscription(
    key: str, each: Declared[SubscriptionTable], watches: Sequence[Declared[WatchTable]]
) -> Subscription:
    table = each.table
    has_groups = len({table.group, *(one.table.group for one in watches)}) > 1
    wanted = tuple(table.watches)
    if "*" in wanted and has_groups:
        wanted = tuple(one.table.key for one in watches if one.table.group == table.group)
    return Subscription(
        key=key,
        to=tuple(table.to),
        watches=wanted,
        cadence=replace(table.cadence, not_on_bank_holidays_of=table.bank_holidays),
        timezone=table.timezone,
        quiet_hours=table.quiet_hours,
        send_empty=table.send_empty,
        edits=table.edits,
        unusual=table.unusual,
        expect=tuple(
            Expected(watch=row.watch, source=row.source, within=row.within) for row in table.expect
        ),
        where=each.where,
        group=table.group,
    )


def _compute_fingerprint(documents: Sequence[ConfigFile]) -> str:
    """Return the SHA-256 over name, length and bytes of each file."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{Path(document.file).name}:{len(document.content)}\n".encode())
        digest.update(document.content)
    return digest.hexdigest()
