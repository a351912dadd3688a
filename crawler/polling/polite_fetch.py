"""Fetches URLs for a poll and heeds what hosts ask for; every request of a poll comes from here."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.fetch_errors import FetchFailed, HostIsOut
from crawler.http.response import FetchResponse
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_stats import PollStats


async def fetch_politely(
    context: PollContext,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    stats: PollStats | None = None,
) -> FetchResponse:
    """Fetch a URL, unless its host is not to be asked now.

    What the host does is recorded in `context.hosts`: an answer, no answer, or the wish to be left
    alone (429 or Retry-After). After that wish nothing more is asked of it in this batch.

    Args:
        stats: of the poll that is to wait for as long as Retry-After says; None for its listing,
            whose outcome says so.

    Returns:
        the response, whatever its status; see `asks_to_wait`.

    Raises:
        HostIsOut: the host did not answer before, or asked to be left alone.
        FetchFailed: no usable response came.
    """
    if context.hosts.is_unavailable(url):
        raise HostIsOut(f"{url}: this host did not answer before, or asked to be left alone")
    try:
        answer = await context.fetch(url, headers or {})
    except FetchFailed as failure:
        context.hosts.record_failure(url, failure)
        raise
    context.hosts.record_response(url)
    if asks_to_wait(answer, context):
        context.hosts.record_rate_limit(url)
        if stats is not None:
            stats.note_retry_after(answer.retry_after(context.clock()))
    return answer


def asks_to_wait(answer: FetchResponse, context: PollContext) -> bool:
    """Whether a response asks for fewer requests: 429, or 503 with Retry-After."""
    return answer.status == 429 or answer.retry_after(context.clock()) is not None
