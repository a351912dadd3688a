"""Loads, checks and compiles the configuration.

An invalid configuration is refused here, with all its problems at once, before any job runs.
Nothing here touches the database or the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.channels.kinds import channel_problems
from alerts.query import Query, QueryError, SupplierTerms, WatchIndex, compile_query
from alerts.query.macros import compile_suppliers
from alerts.query.model.query_errors import QueryWarning
from config.catalog import load_catalog
from config.errors import ConfigInvalid, Problem
from config.model import DEFAULT_GROUP, Catalog, CrawlSettings, Subscription, Watch, Where
from config.settings.service_settings import load_service_settings
from crawler.spider_base.kind_registry import known_kinds
from storage.rules.groups import scope_of_group
from supplierwatch.health.memory_watch import BATCH_MB, MIN_MB


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledConfiguration:
    """A valid configuration with its watches compiled."""

    catalog: Catalog
    suppliers: Mapping[str, SupplierTerms]
    queries: Mapping[str, Query]
    index: WatchIndex
    warnings: tuple[Problem, ...]

    @property
    def source_names(self) -> dict[str, str]:
        """Map source keys to display names."""
        return {source.key: source.name for source in self.catalog.sources}


def load(
    folder: Path, environ: Mapping[str, str], *, previous: CompiledConfiguration | None = None
) -> CompiledConfiguration:
    """Read, check and compile the configuration in `folder`.

    Queries with the same text and suppliers as in `previous` are not compiled again, so that an
    edit of one watch among ten thousand costs one compilation.

    Raises:
        ConfigInvalid: with every problem of every file and query.
    """
    try:
        catalog = load_catalog(folder, environ, kinds=known_kinds())
    except ConfigInvalid as error:
        if error.rest is None:
            raise
        _, _, problems = _compile(error.rest, None)
        problems += channel_problems(error.rest.settings.channels)
        raise error.extend(problems) from error
    suppliers, queries, problems = _compile(catalog, previous)
    problems += channel_problems(catalog.settings.channels)
    if problems:
        raise ConfigInvalid(problems, valid=catalog)
    return CompiledConfiguration(
        catalog=catalog,
        suppliers=suppliers,
        queries=queries,
        index=WatchIndex(queries),
        warnings=(
            *_query_warnings(catalog.watches, queries),
            *_memory_warnings(catalog.settings.crawl),
        ),
    )


def load_valid(
    folder: Path, environ: Mapping[str, str]
) -> tuple[CompiledConfiguration, tuple[Problem, ...]]:
    """Compile what is valid of a configuration, for commands that only read what is stored.

    Returns:
        the configuration without the declarations that have problems, and the problems.

    Raises:
        ConfigNotFound: there is no such folder.
        ConfigInvalid: the settings do not say where the data is.
    """
    try:
        return load(folder, environ), ()
    except ConfigInvalid as error:
        if error.valid is None:
            raise
        service, settings = load_service_settings(folder, environ), error.valid.settings
        catalog = replace(error.valid, settings=replace(settings, service=service))
        problems = error.problems
    suppliers, queries, _ = _compile(catalog, None)
    compiled = CompiledConfiguration(
        catalog=catalog,
        suppliers=suppliers,
        queries=queries,
        index=WatchIndex(queries),
        warnings=(),
    )
    return compiled, problems


def watches_of(subscription: Subscription, watches: Sequence[Watch]) -> tuple[str, ...]:
    """Return the watch keys of a subscription, with `*` expanded to all watches."""
    if "*" in subscription.watches:
        return tuple(watch.key for watch in watches)
    return subscription.watches


def subscriptions_by_watch(wired: CompiledConfiguration) -> dict[str, tuple[str, ...]]:
    """Map watch keys to the keys of the subscriptions that have them."""
    found: dict[str, tuple[str, ...]] = {}
    for subscription in wired.catalog.subscriptions:
        for key in watches_of(subscription, wired.catalog.watches):
            found[key] = (*found.get(key, ()), subscription.key)
    return found


def newsrooms(wired: CompiledConfiguration) -> dict[str, str]:
    """Map source keys to the suppliers whose newsrooms they are."""
    return {s.key: s.press_of for s in wired.catalog.sources if s.press_of is not None}


def _compile(
    catalog: Catalog, previous: CompiledConfiguration | None
) -> tuple[Mapping[str, SupplierTerms], dict[str, Query], list[Problem]]:
    terms, problems = _compile_suppliers(catalog, previous)
    same = previous is not None and (previous.suppliers, _groups_of(previous.catalog)) == (
        terms,
        _groups_of(catalog),
    )
    reusable = previous.queries if previous is not None and same else {}
    queries: dict[str, Query] = {}
    by_group: dict[str, Mapping[str, SupplierTerms]] = {}
    for watch in catalog.watches:
        known = reusable.get(watch.key)
        if watch.group not in by_group:
            by_group[watch.group] = _terms_of_group(catalog, terms, watch.group)
        if known is not None and known.text == watch.query:
            queries[watch.key] = known
            continue
        try:
            queries[watch.key] = compile_query(watch.query, suppliers=by_group[watch.group])
        except QueryError as error:
            problems.append(_to_problem(watch.where, watch.query, error))
    return terms, queries, problems


def _groups_of(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Return (key, group) of suppliers and watches that are not of the default group."""
    suppliers = [(each.key, each.group) for each in catalog.suppliers]
    watches = [(each.key, each.group) for each in catalog.watches]
    return tuple(each for each in (*suppliers, *watches) if each[1] != DEFAULT_GROUP)


def _terms_of_group(
    catalog: Catalog, terms: Mapping[str, SupplierTerms], group: str
) -> Mapping[str, SupplierTerms]:
    """Return the suppliers that queries of a group may name."""
    scope = scope_of_group(group)
    hidden = {each.key for each in catalog.suppliers if not scope.shares(each.group)}
    return {key: each for key, each in terms.items() if key not in hidden} if hidden else terms


def _compile_suppliers(
    catalog: Catalog, previous: CompiledConfiguration | None
) -> tuple[Mapping[str, SupplierTerms], list[Problem]]:
    if previous is not None and previous.catalog.suppliers == catalog.suppliers:
        return previous.suppliers, []
    problems: list[Problem] = []
    compiled: dict[str, SupplierTerms] = {}
    for supplier in catalog.suppliers:
        try:
            compiled |= compile_suppliers([supplier])
        except QueryError as error:
            text = supplier.query or ", ".join(supplier.names)
            problems.append(_to_problem(supplier.where, text, error))
            # a placeholder, so that watches naming this supplier are not reported as well
            compiled |= compile_suppliers([replace(supplier, names=("unknown",), query=None)])
    return compiled, problems


def _to_problem(where: Where, query: str, error: QueryError) -> Problem:
    return Problem(
        file=where.file,
        line=where.line,
        key="query",
        value=query,
        message=f"{error.message} (column {error.column})\n{error.caret}",
        hint=error.hint,
    )


def _query_warnings(watches: Sequence[Watch], queries: Mapping[str, Query]) -> list[Problem]:
    return [
        as_problem(watch, warning) for watch in watches for warning in queries[watch.key].warnings
    ]


def as_problem(watch: Watch, warning: QueryWarning) -> Problem:
    """Return the warning about a watch in the form that `check` lists."""
    return Problem(
        file=watch.where.file,
        line=watch.where.line,
        key=watch.key,
        value=watch.query,
        message=warning.message,
        hint=warning.hint,
    )


def _memory_warnings(crawl: CrawlSettings) -> list[Problem]:
    if crawl.memory_limit_mb >= MIN_MB:
        return []
    return [
        Problem(
            file="settings.toml",
            line=0,
            key="memory_limit_mb",
            value=str(crawl.memory_limit_mb),
            message=f"the service and one batch of sources take about {MIN_MB} MB: crawls will "
            "be ended before they have read anything",
            hint=f"give it {MIN_MB} at least, and {MIN_MB + BATCH_MB} for two batches at a time",
        )
    ]
