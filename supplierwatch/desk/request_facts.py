"""Reads the address of a request's client, and the address by which it reached the desk."""

from __future__ import annotations

from starlette.requests import Request

from supplierwatch.desk.page import DeskSource


def find_client(request: Request) -> str:
    """Return the address that a request comes from; empty where it is not known."""
    return "" if request.client is None else request.client.host


def find_home(source: DeskSource, request: Request) -> str:
    """Return the address of the desk for the client, without a slash at its end."""
    url = source.wired.catalog.settings.service.public_url
    return (url or f"http://{request.headers.get('host', '')}").rstrip("/")
