"""What a child process is told to crawl, and its form on the wire (one line of JSON on stdin)."""

from __future__ import annotations

import json
import types
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from config.model import CrawlSettings, Source
from crawler.fetch_errors import BadJob

Shape = TypeVar("Shape")
TURN = "SUPPLIERWATCH_TURN_FD"  # in the environment: a file on which crawls take turns


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One batch of sources for one child process.

    `pages_per_source` bounds the pages read of a source's backlog in one poll; `deadline` is what
    the whole batch may take, `timeout` what one download may. `task` "inspect" polls nothing: it
    reads one source step by step and stores nothing; "probe" reads the listings of all of them.
    An empty `database_url`: nothing is stored yet to compare with.
    """

    run_id: str
    database_url: str
    sources: tuple[Source, ...]
    crawl: CrawlSettings
    pages_per_source: int
    deadline: timedelta
    timeout: timedelta = timedelta(seconds=30)
    task: Literal["crawl", "inspect", "probe"] = "crawl"


def to_json(job: CrawlJob) -> str:
    """The job as one line; time spans become seconds."""
    return json.dumps(asdict(job), default=_seconds)


def from_json(line: str) -> CrawlJob:
    """The job that `to_json` wrote.

    Raises:
        BadJob: the line is not one.
    """
    try:
        return cast(CrawlJob, _restore(CrawlJob, json.loads(line)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadJob(f"stdin's first line is not a crawl job: {error}") from error


def _seconds(value: object) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"a crawl job cannot carry a {type(value).__name__}")


def _restore(shape: Any, value: Any) -> Any:
    """Undo `asdict` and JSON by the types that the dataclasses declare."""
    if is_dataclass(shape):
        hints = get_type_hints(shape)
        made = {f.name: _restore(hints[f.name], value[f.name]) for f in fields(shape)}
        return cast(type[Any], shape)(**made)
    if shape is timedelta:
        return timedelta(seconds=value)
    if get_origin(shape) is tuple:
        inner = get_args(shape)[0]
        return tuple(_restore(inner, one) for one in value)
    if get_origin(shape) is types.UnionType and value is not None:
        inner = next(arm for arm in get_args(shape) if arm is not type(None))
        return _restore(inner, value)
    return value
