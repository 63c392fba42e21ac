"""The endpoints as tools of the Model Context Protocol, with its own client over HTTP."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from running_app import running_app

mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed")


def test_an_assistant_finds_the_endpoints_and_uses_one(tmp_path: Path) -> None:
    from mcp.client.streamable_http import streamablehttp_client

    async def use(url: str) -> tuple[dict[str, str], str]:
        async with (
            streamablehttp_client(f"{url}/gradio_api/mcp/") as (reader, writer, _),
            mcp.ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool.description or "" for tool in (await session.list_tools()).tools}
            answer = await session.call_tool("report", {})
            return tools, answer.content[0].text

    with (
        running_app(tmp_path / "app", DEEPART_MCP="1", DEEPART_ADMIN_PASSWORD="opens only for the owner") as url,
        ThreadPoolExecutor(1) as pool,  # Playwright's loop runs in this thread once a browser test has begun
    ):
        tools, answer = pool.submit(asyncio.run, use(url)).result()
    assert "'status': 'ok'" in answer
    names = {name.removesuffix("_endpoint") for name in tools}
    verbs = {"transfer", "refine", "film", "fit", "blend", "classify", "restore", "generate"}
    assert names == {*verbs, "report"}  # and none of Admin
    assert [name for name, about in tools.items() if len(about) < 60] == []
