"""The address rules of `config.values.addresses` for fetching: a refusal is a failed fetch."""

from __future__ import annotations

from config.values import addresses
from config.values.addresses import MAX_URL, Address, literal_address
from crawler.fetch_errors import FetchRefused

__all__ = ["MAX_URL", "Address", "FetchGuard", "literal_address"]


class FetchGuard(addresses.Guard):
    """Checks URLs and addresses (SSRF); raises `FetchRefused`."""

    error = FetchRefused
