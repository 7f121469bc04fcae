"""The metadata of an MCP server itself."""

from __future__ import annotations

import pytest

from mockauth.checks.discovery_resource import prm_resource_exact
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding
from mockauth.manifest.mcp import Document, McpService
from mockauth.wire import Trace

URL = "http://localhost:8000/mcp"


@pytest.mark.parametrize(
    ("said", "tolerated"),
    [
        ("http://127.0.0.1:8000/mcp", True),
        ("http://[::1]:8000/mcp", True),
        ("http://127.0.0.1:8001/mcp", False),
        ("http://127.0.0.1:8000/mcp/", False),
        ("https://127.0.0.1:8000/mcp", False),
        ("http://localhost:8000", False),
        ("https://todo.example.com/mcp", False),
        ("", False),
    ],
)
def test_a_server_that_was_entered_by_another_name_of_this_machine_only_warns(
    said: str, tolerated: bool
) -> None:
    document = Document(url=f"{URL}/.well-known", data={"resource": said})
    known = McpService(url=URL, opened=1, resources=(document,))

    [found] = prm_resource_exact.judge(Evidence(trace=Trace(), mcp=known))

    assert isinstance(found, Finding)
    assert found.tolerated == tolerated
