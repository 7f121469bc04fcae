"""`mockauth serve --profile mcp` beside FastMCP's in-memory provider: complete flows per second
(authorize with PKCE and resource, token, tools/list of 2026-07-28) over one connection each.

    python benchmarks/mcp_peers.py [PYTHON WITH FASTMCP]

FastMCP is installed by pip into an environment of its own, which is gone afterwards, where no Python
that has it is named.
"""

from __future__ import annotations

import base64
import hashlib
import json
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from flows import CALLBACK, Line, Place
from peers import Contender, free_port, running

FASTMCP = """
import sys

from fastmcp import FastMCP
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from mcp.server.auth.settings import ClientRegistrationOptions

port = int(sys.argv[1])
allowed = ClientRegistrationOptions(enabled=True, valid_scopes=["user"], default_scopes=["user"])
auth = InMemoryOAuthProvider(
    base_url=f"http://localhost:{port}",
    required_scopes=["user"],
    client_registration_options=allowed,
)
server = FastMCP("peer", auth=auth)


@server.tool
def whoami() -> str:
    return "ada"


server.run(
    transport="http",
    host="127.0.0.1",
    port=port,
    stateless_http=True,
    show_banner=False,
    log_level="ERROR",
    uvicorn_config={"access_log": False},
)
"""
"""The peer, whose packages this project does not have."""
ROUNDS, SECONDS = 7, 1.0
VERIFIER = "a-verifier-of-forty-three-characters-or-more-0"
DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
PROOF = {
    "code_challenge": base64.urlsafe_b64encode(DIGEST).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}
REVISION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
}
LISTING = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
).encode()


@dataclass(frozen=True, kw_only=True)
class Client:
    """A registered client and the scope that it asks for."""

    id: str
    scope: str
    resource: str


def registered(line: Line, scope: str) -> Client:
    """Register a public client, as ChatGPT would."""
    members = {
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "bench",
    }
    _, answer = posted(line, "/register", json.dumps(members).encode(), "")
    found = json.loads(answer)["client_id"]
    return Client(id=found, scope=scope, resource=f"http://localhost:{line.port}/mcp")


def posted(line: Line, path: str, body: bytes, header: str) -> tuple[str, bytes]:
    """The answer to a JSON body."""
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{header}"
    return line.ask_raw(f"POST {path}", body.decode(), more)


def flow(line: Line, client: Client) -> None:
    """Authorize, token, tools/list."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": CALLBACK,
        "scope": client.scope,
        "state": "st-1234567890",
        "resource": client.resource,
        **PROOF,
    }
    head, _ = line.ask(f"GET /authorize?{urlencode(asked, quote_via=quote)}")
    code = head.partition("code=")[2].partition("&")[0].partition("\r\n")[0]
    values = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "client_id": client.id,
        "code_verifier": VERIFIER,
        "resource": client.resource,
    }
    _, answer = line.ask("POST /token", f"{urlencode(values)}&code={code}")
    token = json.loads(answer)["access_token"]
    header = (
        f"Authorization: Bearer {token}\r\nAccept: application/json, text/event-stream\r\n"
        f"MCP-Protocol-Version: {REVISION}\r\nMcp-Method: tools/list\r\n"
    )
    _, answer = posted(line, "/mcp", LISTING, header)
    if "result" not in json.loads(answer):
        raise RuntimeError(f"port {line.port}: {answer[:200]!r}")


def flows_per_second(line: Line, client: Client) -> float:
    """How many whole flows a second the server answers, one after the other."""
    flow(line, client)
    done, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < SECONDS:
        flow(line, client)
        done += 1
    return done / took


def contenders(python: str) -> list[tuple[Contender, str]]:
    """Both servers, with the scope that their clients ask for."""
    ours, theirs = free_port(), free_port()
    serve = [sys.executable, "-m", "mockauth", "serve", "--profile", "mcp", "--login", "auto"]
    mockauth = Contender(
        name="mockauth serve --profile mcp",
        command=(*serve, "--port", str(ours)),
        place=Place(port=ours),
    )
    fastmcp = Contender(
        name="FastMCP, InMemoryOAuthProvider",
        command=(python, "-c", FASTMCP, str(theirs)),
        place=Place(port=theirs),
    )
    return [(mockauth, "todos:read todos:write"), (fastmcp, "user")]


def installed(folder: Path) -> str:
    """A Python that has FastMCP."""
    subprocess.run([sys.executable, "-m", "venv", folder / "peer"], check=True)
    pip = [folder / "peer" / "bin" / "pip", "install", "-q", "fastmcp"]
    subprocess.run([str(part) for part in pip], check=True)
    return str(folder / "peer" / "bin" / "python")


def main() -> None:
    """Print flows per second of both, and their ratio."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        python = sys.argv[1] if len(sys.argv) > 1 else installed(Path(folder))
        lines = []
        for contender, scope in contenders(python):
            stack.enter_context(running(contender))
            line = Line(contender.place.port)
            lines.append((contender.name, line, registered(line, scope)))
        found: dict[str, list[float]] = {name: [] for name, _, _ in lines}
        for _ in range(ROUNDS):
            for name, line, client in lines:
                found[name].append(flows_per_second(line, client))
        for name, rates in found.items():
            print(f"{name:34} {statistics.median(rates):7.1f} flows/s")
        ours, theirs = found.values()
        ratios = [mine / its for mine, its in zip(ours, theirs, strict=True)]
        print(f"{'ratio':34} {statistics.median(ratios):7.2f}")


if __name__ == "__main__":
    main()
