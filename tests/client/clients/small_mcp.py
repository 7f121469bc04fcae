"""A small client of an MCP server, faultless unless a defect is named.

It finds the authorization server from the challenge, makes itself known, signs in, calls two tools, and
ends with status 0. What it does as any other OAuth client does is that of `small`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.client.clients import small
from tests.client.clients.small import FORM, JSON, Answer, Failed

NEWEST, OLDER = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol/"
WELL_KNOWN = "/.well-known/oauth-protected-resource"
MOST_STEP_UPS = 3
NEAR = ("127.0.0.1", "localhost", "::1")


class McpClient(small.Client):
    """One start of the client."""

    def __init__(self, env: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.facts = {"CLIENT_ID": "", "CLIENT_SECRET": "", "SCOPE": "", **env}
        super().__init__(self.facts, say)
        self.version = self.facts.get("VERSION", NEWEST)
        self.known: dict[str, tuple[str, str, str]] = {}
        self.server: dict[str, Any] = {}
        self.verifier = self.challenge = self.wider = self.session = ""
        self.step_ups = 0

    def sign_in(self) -> None:
        """From the challenge to a token."""
        if not self.challenge:
            status, headers, _ = self.rpc(self.first_method, {})
            if status != 401:
                raise Failed(f"the MCP server answered {status}")
            self.challenge = headers.get("WWW-Authenticate", "")
        self.discover()
        self.make_known()
        super().sign_in()

    def discover(self) -> None:
        """Read the metadata of the resource, and of its authorization server."""
        resource = self.resource_metadata()
        same = resource.get("resource", self.facts["API_URL"]) == self.facts["API_URL"]
        if "resource-by-prefix" in self.defects:
            same = resource.get("resource", "").startswith(self.facts["API_URL"])
        if not same and "resource-unchecked" not in self.defects:
            raise Failed("the metadata is that of another resource")
        issuer = resource.get("authorization_servers", [_origin(self.facts["API_URL"])])[0]
        self.server = self.server_metadata(issuer)
        self.check_server(issuer)
        scope = _named(self.challenge, "scope") or " ".join(resource.get("scopes_supported", []))
        if "scope-of-metadata" in self.defects:
            scope = " ".join(resource.get("scopes_supported", []))
        if "scope-of-challenge-alone" in self.defects:
            scope = _named(self.challenge, "scope")
        if "scope-of-server" in self.defects:
            scope = scope or " ".join(self.server.get("scopes_supported", []))
        if "offline-access-always" in self.defects:
            scope = f"{scope} offline_access".strip()
        self.facts["SCOPE"] = self.wider or scope
        self.facts["ISSUER"] = issuer
        self.facts["AUTHORIZE_URL"] = self.server["authorization_endpoint"]
        self.facts["TOKEN_URL"] = self.server["token_endpoint"]

    def resource_metadata(self) -> dict[str, Any]:
        """RFC 9728; {} where there is none, as before 2025-06-18."""
        origin = _origin(self.facts["API_URL"])
        path = urlsplit(self.facts["API_URL"]).path
        named = _named(self.challenge, "resource_metadata")
        places = [named or origin + WELL_KNOWN + path, origin + WELL_KNOWN]
        if "challenge-unread" in self.defects:
            places[0] = origin + WELL_KNOWN + path
        if "root-unasked" in self.defects:
            del places[1]
        if "well-known-unasked" in self.defects:
            places = [named] if named else []
        if self.version < "2025-06-18":
            return {}
        return self.first_of(places)

    def server_metadata(self, issuer: str) -> dict[str, Any]:
        """RFC 8414, and the places of OpenID Connect."""
        origin, path = _origin(issuer), urlsplit(issuer).path.rstrip("/")
        places = [f"{origin}/.well-known/oauth-authorization-server{path}"]
        if "path-dropped" in self.defects:
            places = [f"{origin}/.well-known/oauth-authorization-server"]
        if "no-openid-place" not in self.defects:
            places.append(f"{origin}/.well-known/openid-configuration{path}")
            places.append(f"{origin}{path}/.well-known/openid-configuration")
        if path and "no-appended-place" in self.defects:
            places = [place for place in places if not place.startswith(origin + path + "/.w")]
        found = self.first_of(places)
        if found or self.version >= "2025-06-18":
            return found
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        paths["registration_endpoint"] = "register"
        return {"issuer": issuer, **{name: f"{origin}/{path}" for name, path in paths.items()}}

    def first_of(self, places: list[str]) -> dict[str, Any]:
        """The first document that is there."""
        for place in places:
            status, _, body = self.send("GET", place, {"MCP-Protocol-Version": self.version})
            if status == 200:
                return dict(json.loads(body))
        return {}

    def check_server(self, issuer: str) -> None:
        """Stop where the metadata is not that of the issuer, or is not safe."""
        said = self.server.get("issuer")
        if "issuer-normalised" in self.defects:
            said, issuer = str(said).rstrip("/"), issuer.rstrip("/")
        if said != issuer and "issuer-unchecked" not in self.defects:
            raise Failed("no metadata of that issuer")
        methods = self.server.get("code_challenge_methods_supported")
        if self.version >= OLDER and "S256" not in (methods or ()):
            present = methods is not None
            if "pkce-undemanded" not in self.defects and (
                present or "pkce-demanded-if-said" not in self.defects
            ):
                raise Failed("the server does not support PKCE")
        names = {"authorization_endpoint", "token_endpoint", "registration_endpoint"}
        for name in names & self.server.keys():
            if f"{name}-unchecked" in self.defects:
                continue
            parts = urlsplit(self.server[name])
            safe = parts.scheme == "https" or parts.hostname in NEAR
            if not safe and "http-taken" not in self.defects:
                raise Failed(f"{name} is not https")

    def make_known(self) -> None:
        """With the id that was given, else with a document, else by a registration."""
        issuer = "any" if "credentials-for-all" in self.defects else self.facts["ISSUER"]
        kept = Path(self.env["KEPT"]) if "KEPT" in self.env else None
        if kept and kept.exists():
            self.known = json.loads(kept.read_text())
        if issuer not in self.known:
            self.known[issuer] = self.identity()
        if kept:
            kept.write_text(json.dumps(self.known))
        name, secret, method = self.known[issuer]
        self.facts |= {"CLIENT_ID": name, "CLIENT_SECRET": secret, "AUTH_METHOD": method}

    def identity(self) -> tuple[str, str, str]:
        """Id, secret and way of authentication at this server."""
        given, document = self.env.get("CLIENT_ID", ""), self.env.get("DOCUMENT", "")
        # What was given is for the server that was there first.
        if given and not self.known and "given-unused" not in self.defects:
            method = self.env.get("AUTH_METHOD", "client_secret_post")
            return given, self.env["CLIENT_SECRET"], method
        takes = self.server.get("client_id_metadata_document_supported")
        takes = takes or "document-always" in self.defects
        first = "registers-first" in self.defects and "registration_endpoint" in self.server
        if document and takes and not first:
            return document, "", "none"
        if "registration_endpoint" not in self.server:
            if "invents-an-id" in self.defects:
                return "my-client", "", "none"
            raise Failed("there is no way to make this client known")
        return self.registered()

    def registered(self) -> tuple[str, str, str]:
        """RFC 7591."""
        served = self.server.get("token_endpoint_auth_methods_supported", ["none"])
        asked: dict[str, Any] = {
            "client_name": "small",
            "redirect_uris": [self.facts["REDIRECT_URI"]],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none" if "none" in served else served[0],
            "application_type": "native",
        }
        if "no-application-type" in self.defects:
            del asked["application_type"]
        if "no-refresh-grant" in self.defects:
            del asked["grant_types"]
        url = self.server["registration_endpoint"]
        status, _, body = self.send("POST", url, {"Content-Type": JSON}, json.dumps(asked).encode())
        if status not in (200, 201):
            raise Failed(f"registration: {status}")
        told = json.loads(body)
        method = told.get("token_endpoint_auth_method", "client_secret_basic")
        if "registered-method-unread" in self.defects:
            method = asked["token_endpoint_auth_method"]
        return told["client_id"], told.get("client_secret", ""), method

    def asked(self, state: str) -> dict[str, str]:
        """The authorization request of an MCP client."""
        fixed = "verifier-constant" in self.defects
        self.verifier = "v" * 43 if fixed else secrets.token_urlsafe(32)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        params = super().asked(state) | {
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "resource": self.facts["API_URL"],
        }
        if "no-pkce" in self.defects:
            del params["code_challenge"], params["code_challenge_method"]
        if "no-resource" in self.defects:
            del params["resource"]
        if "no-state" in self.defects:
            del params["state"]
        if not params["scope"]:
            del params["scope"]
        return params

    def fits(self, given: str | None, state: str) -> bool:
        """As any client, but for one that sends no state."""
        return "no-state" in self.defects or super().fits(given, state)

    def check(self, callback: Mapping[str, str], state: str) -> None:
        """`iss` before all that a callback says."""
        if "error-before-iss" in self.defects and "error" in callback:
            raise Failed(f"{callback['error']}: {callback.get('error_description')}")
        promised = self.server.get("authorization_response_iss_parameter_supported")
        given, issuer = callback.get("iss"), self.facts["ISSUER"]
        if "iss-normalised" in self.defects and given:
            given = given.rstrip("/")
        if "iss-if-promised" in self.defects and not promised:
            given = None
        wrong = given != issuer if given else bool(promised)
        if "iss-demanded" in self.defects:
            wrong = given != issuer
        if "iss-missing-taken" in self.defects and not given:
            wrong = False
        if wrong and self.version >= NEWEST and "iss-unread" not in self.defects:
            raise Failed("the callback is not that of the server that was asked")
        super().check(callback, state)

    def token_request(self, params: dict[str, str]) -> dict[str, Any]:
        """With the verifier and the resource."""
        if "resource-at-authorize-alone" not in self.defects and "no-resource" not in self.defects:
            params = {**params, "resource": self.facts["API_URL"]}
        if params["grant_type"] == "authorization_code" and not self.defects & {
            "no-pkce",
            "no-verifier",
        }:
            params = {**params, "code_verifier": self.verifier}
        return super().token_request(params)

    def content_type(self) -> str:
        """MCP knows no other."""
        return FORM

    @property
    def first_method(self) -> str:
        """What a conversation begins with."""
        return "server/discover" if self.version >= NEWEST else "initialize"

    def call(self) -> int:
        """A whole conversation; the first status that is not 200."""
        status = self.begin()
        for name, given in (("whoami", {}), ("add_todo", {"todo": "milk"})):
            if status != 200:
                return status
            status = self.tool(name, given)
        return status

    def begin(self) -> int:
        """The first message; where the server is older, that of its time."""
        status, _, _ = self.rpc(self.first_method, {})
        if status in (400, 404, 405) and self.first_method == "server/discover":
            if "newest-alone" in self.defects:
                return status
            self.version = OLDER
            status, _, _ = self.rpc(self.first_method, {})
        return status

    def tool(self, name: str, given: Mapping[str, Any]) -> int:
        """Call a tool; where the scope is not enough, sign in for more."""
        status, headers, _ = self.rpc("tools/call", {"name": name, "arguments": given})
        most = 6 if "step-up-loops" in self.defects else MOST_STEP_UPS
        while status == 403 and self.step_ups < most and "no-step-up" not in self.defects:
            self.step_ups += 1
            more = _named(headers.get("WWW-Authenticate", ""), "scope").split()
            had = [] if "step-up-forgets" in self.defects else self.facts["SCOPE"].split()
            self.wider = " ".join(dict.fromkeys([*had, *more]))
            self.sign_in()
            status, headers, _ = self.rpc("tools/call", {"name": name, "arguments": given})
        return status

    def rpc(self, method: str, params: Mapping[str, Any]) -> Answer:
        """One message."""
        headers = {
            "Content-Type": JSON,
            "Accept": f"{JSON}, text/event-stream",
            "MCP-Protocol-Version": self.version,
        }
        url = self.facts["API_URL"]
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        if self.access and "token-in-query" in self.defects:
            url += f"?access_token={self.access}"
            del headers["Authorization"]
        if self.version >= NEWEST:
            headers["Mcp-Method"] = method
            if "name" in params:
                headers["Mcp-Name"] = str(params["name"])
            meta = {f"{META}protocolVersion": self.version, f"{META}clientCapabilities": {}}
            params = {**params, "_meta": meta}
        elif method == "initialize" or "no-version-header" in self.defects:
            del headers["MCP-Protocol-Version"]
        if self.session and method != "initialize" and "session-lost" not in self.defects:
            headers["Mcp-Session-Id"] = self.session
        if method == "initialize":
            about = {"clientInfo": {"name": "small", "version": "1"}, "capabilities": {}}
            params = {**params, "protocolVersion": self.version, **about}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = json.dumps(message).encode()
        status, answered, said = self.send("POST", url, headers, body)
        self.session = answered.get("Mcp-Session-Id", self.session)
        if status in (302, 307) and "api-redirect-followed" in self.defects:
            return self.send("POST", answered["Location"], headers, body)
        return status, answered, said


def _named(challenge: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', challenge)
    return found[1] if found else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def run(env: Mapping[str, str], say: Callable[[str], None]) -> int:
    """One start; the exit status."""
    try:
        return McpClient(env, say).run()
    except SystemExit as end:
        return int(end.code or 0)


if __name__ == "__main__":
    sys.exit(run(os.environ, print))
