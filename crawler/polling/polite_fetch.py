"""Fetches URLs for a poll and respects rate limits; every request of a poll is made here."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.fetch_errors import FetchFailed, HostUnavailable
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
    """Fetch a URL, unless its host is unavailable.

    The result is recorded in `context.hosts`: a response, no response, or a rate limit (429 or
    Retry-After). After a rate limit, this batch sends no further requests to the host.

    Args:
        stats: of the poll, whose next time respects Retry-After; None for its listing, whose
            outcome contains it.

    Returns:
        the response, whatever its status; see `asks_to_wait`.

    Raises:
        HostUnavailable: the host did not answer before, or asked for fewer requests.
        FetchFailed: there was no usable response.
    """
    if context.hosts.is_unavailable(url):
        raise HostUnavailable(f"{url}: this host did not answer before, or limits requests")
    try:
        answer = await context.fetch(url, headers or {})
    except FetchFailed as failure:
        context.hosts.record_failure(url, failure)
        raise
    context.hosts.record_response(url)
    if asks_to_wait(answer, context):
        context.hosts.record_rate_limit(url)
        if stats is not None:
            stats.record_retry_after(answer.retry_after(context.clock()))
    return answer


def asks_to_wait(answer: FetchResponse, context: PollContext) -> bool:
    """Return whether a response asks for fewer requests: 429, or 503 with Retry-After."""
    return answer.status == 429 or answer.retry_after(context.clock()) is not None
