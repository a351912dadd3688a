"""`mcp`, asked by the client of the SDK over standard input and output of a real process."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.supplierwatch.instance import an_article, an_instance

pytestmark = pytest.mark.slow
Asked = tuple[str, dict[str, Any]]


def ask(config: Path, *asked: Asked) -> tuple[list[str], list[Any]]:
    """The names of the tools that are read-only, and the result of each call."""

    # here, since it takes half a second that every process which collects tests would spend
    from mcp import Client, StdioServerParameters

    async def talk() -> tuple[list[str], list[Any]]:
        command = ["-m", "supplierwatch", "--config", str(config), "mcp"]
        server = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT)
        async with Client(server, read_timeout_seconds=120) as client:
            tools = (await client.list_tools()).tools
            names = [t.name for t in tools if t.annotations and t.annotations.read_only_hint]
            return names, [await client.call_tool(name, values) for name, values in asked]

    return asyncio.run(talk())


def test_an_assistant_searches_explains_and_reads(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    instance.stores(an_article("a1"))
    names, [found, explained, story, bad_query, no_item] = ask(
        instance.config,
        ("search", {"query": "halcyon", "limit": 500}),
        ("explain", {"url": an_article("a1").url}),
        ("story", {"item": 1}),
        ("search", {"query": "("}),
        ("story", {"item": 99}),
    )
    assert names == ["search", "explain", "story"]
    assert [each["id"] for each in found.structured_content["found"]] == [1]
    assert explained.structured_content["known"] is True
    assert story.structured_content["item"]["id"] == 1
    assert story.structured_content["text"]
    for refused in (bad_query, no_item):
        assert refused.is_error
    assert "column" in bad_query.content[0].text
    assert "no item 99" in no_item.content[0].text
