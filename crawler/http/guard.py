"""Applies the address rules of `config.values.addresses` to fetching: a refusal fails the fetch."""

from __future__ import annotations

from config.values import addresses
from config.values.addresses import MAX_URL, Address, literal_address
from crawler.fetch_errors import FetchRefused

__all__ = ["MAX_URL", "Address", "FetchGuard", "literal_address"]


class FetchGuard(addresses.Guard):
    """Checks URLs and addresses (SSRF); raises `FetchRefused`."""

    error = FetchRefused
