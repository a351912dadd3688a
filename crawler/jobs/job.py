"""The job of a child process, and its encoding as one line of JSON for its stdin."""

from __future__ import annotations

import json
import types
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from config.model import CrawlSettings, Source
from crawler.fetch_errors import InvalidJob

Shape = TypeVar("Shape")
# environment variable with the descriptor of the lock file of the slow lane, which serialises
# expensive reading tasks across all crawl processes of a service
SLOW_LANE_LOCK_FD = "SUPPLIERWATCH_SLOW_LANE_FD"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One batch of sources for one child process.

    `pages_per_source`: the most pages of older entries that one poll of a source reads.
    `clock_offset`: added to the clock of the machine; on a shared database, the database's clock
    counts.
    `deadline`: the time limit of the whole batch. `timeout`: that of one download.
    `task`: "crawl" polls the sources; "inspect" reads one step by step, "probe"
    reads the listing of each, "discover" tries an address by each kind; these store nothing.
    `database_url`: empty if nothing is stored yet.
    """

    run_id: str
    database_url: str
    sources: tuple[Source, ...]
    crawl: CrawlSettings
    pages_per_source: int
    deadline: timedelta
    timeout: timedelta = timedelta(seconds=30)
    clock_offset: timedelta = timedelta(0)
    task: Literal["crawl", "inspect", "probe", "discover"] = "crawl"


def to_json(job: CrawlJob) -> str:
    """Encode a job as one line; timedeltas become seconds."""
    return json.dumps(asdict(job), default=_convert_to_seconds)


def from_json(line: str) -> CrawlJob:
    """Decode a job that `to_json` encoded.

    Raises:
        InvalidJob: the line is not a job.
    """
    try:
        return cast(CrawlJob, _restore(CrawlJob, json.loads(line)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidJob(f"stdin's first line is not a crawl job: {error}") from error


def _convert_to_seconds(value: object) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"a crawl job cannot contain a {type(value).__name__}")


def _restore(shape: Any, value: Any) -> Any:
    """Restore a value from JSON by the declared type `shape`."""
    if is_dataclass(shape):
        hints = get_type_hints(shape)
        values = {f.name: _restore(hints[f.name], value[f.name]) for f in fields(shape)}
        return cast(type[Any], shape)(**values)
    if shape is timedelta:
        return timedelta(seconds=value)
    if get_origin(shape) is tuple:
        inner = get_args(shape)[0]
        return tuple(_restore(inner, item) for item in value)
    if get_origin(shape) is types.UnionType and value is not None:
        inner = next(arm for arm in get_args(shape) if arm is not type(None))
        return _restore(inner, value)
    return value
