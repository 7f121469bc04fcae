"""The sources that rules name: what each word stands for, and where it can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Source:
    """What the word `RFC6749-4.1.2` stands for. `url` is "" when no live page is known."""

    word: str
    title: str
    url: str = ""


RFC_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "2606": "Reserved Top Level DNS Names",
        "3986": "URI: Generic Syntax",
        "5321": "Simple Mail Transfer Protocol",
        "6454": "The Web Origin Concept",
        "6749": "The OAuth 2.0 Authorization Framework",
        "6750": "Bearer Token Usage",
        "6797": "HTTP Strict Transport Security",
        "6819": "OAuth 2.0 Threat Model and Security Considerations",
        "7009": "OAuth 2.0 Token Revocation",
        "7519": "JSON Web Token",
        "7591": "OAuth 2.0 Dynamic Client Registration",
        "7617": "The Basic HTTP Authentication Scheme",
        "7636": "Proof Key for Code Exchange",
        "7662": "OAuth 2.0 Token Introspection",
        "8252": "OAuth 2.0 for Native Apps",
        "8259": "The JSON Data Interchange Format",
        "8414": "OAuth 2.0 Authorization Server Metadata",
        "8707": "Resource Indicators for OAuth 2.0",
        "9068": "JWT Profile for OAuth 2.0 Access Tokens",
        "9110": "HTTP Semantics",
        "9111": "HTTP Caching",
        "9112": "HTTP/1.1",
        "9207": "OAuth 2.0 Authorization Server Issuer Identification",
        "9325": "Recommendations for Secure Use of TLS",
        "9700": "Best Current Practice for OAuth 2.0 Security",
        "9728": "OAuth 2.0 Protected Resource Metadata",
    }
)
ACTIONS = "https://developers.openai.com/api/docs/actions"
COOKBOOK = (
    "https://github.com/openai/openai-cookbook/blob/main/examples/data/oai_docs/getting-started.txt"
)
HTML = "https://html.spec.whatwg.org/multipage"
MCP = "Model Context Protocol 2026-07-28"
PAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # OpenAI took the pages on plugins off the web in 2024; none of them has an address today.
        "OAI-plugin-auth": ("OpenAI, ChatGPT plugins (2023): Plugin authentication", ""),
        "OAI-plugin-start": ("OpenAI, ChatGPT plugins (2023): Getting started", ""),
        "OAI-plugin-prod": ("OpenAI, ChatGPT plugins (2023): Plugins in production", ""),
        "OAI-action-auth": ("OpenAI, GPT Actions: Authentication", f"{ACTIONS}/authentication"),
        "OAI-action-start": ("OpenAI, GPT Actions: Getting started", COOKBOOK),
        "OAI-action-prod": ("OpenAI, GPT Actions: Production notes", f"{ACTIONS}/production"),
        "OAI-mcp-auth": (
            "OpenAI, Apps on MCP: Authentication",
            "https://developers.openai.com/apps-sdk/build/auth",
        ),
        "MCP-auth": (
            f"{MCP}: Authorization",
            "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization",
        ),
        "MCP-disc": (f"{MCP}: Authorization server discovery", ""),
        "MCP-reg": (f"{MCP}: Client registration", ""),
        "MCP-sec": (f"{MCP}: Security considerations", ""),
        "MCP-http": (f"{MCP}: Streamable HTTP", ""),
        "OIDC-token": (
            "OpenID Connect Core 1.0, section 3.1.3.2: Token Request Validation",
            "https://openid.net/specs/openid-connect-core-1_0.html#TokenRequestValidation",
        ),
        "CSP3": ("Content Security Policy Level 3", "https://www.w3.org/TR/CSP3/"),
        "Fetch-cors": (
            "Fetch Standard: CORS protocol",
            "https://fetch.spec.whatwg.org/#http-cors-protocol",
        ),
        "Fetch-redirect": (
            "Fetch Standard: HTTP-redirect fetch",
            "https://fetch.spec.whatwg.org/#http-redirect-fetch",
        ),
        "HTML-constraints": (
            "HTML Standard: Constraints of form controls",
            f"{HTML}/form-control-infrastructure.html#constraints",
        ),
        "HTML-submission": (
            "HTML Standard: Form submission",
            f"{HTML}/form-control-infrastructure.html#form-submission-2",
        ),
    }
)
DRAFTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "OAuth21": ("OAuth 2.1", "draft-ietf-oauth-v2-1-13"),
        "RFC6265bis": (
            "Cookies: HTTP State Management Mechanism",
            "draft-ietf-httpbis-rfc6265bis-22",
        ),
        "CIMD00": (
            "Client ID Metadata Document",
            "draft-ietf-oauth-client-id-metadata-document-00",
        ),
        "CIMD01": (
            "Client ID Metadata Document",
            "draft-ietf-oauth-client-id-metadata-document-01",
        ),
    }
)
SECTIONED = re.compile(
    r"(?P<document>RFC6265bis|RFC(?P<rfc>\d+)|OAuth21|CIMD00|CIMD01)(-(?P<part>[\w.]+))?"
)
FORUM = re.compile(r"forum-(\d+)")
WEAKNESS = re.compile(r"CWE-(\d+)")
GITHUB = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(#(?P<thread>\d+))?")


def source(word: str) -> Source:
    """What a source word of a rule stands for; a word of no known kind is its own title."""
    if word in PAGES:
        title, url = PAGES[word]
        return Source(word=word, title=title, url=url)
    if found := SECTIONED.fullmatch(word):
        return _sectioned(word, found)
    if found := FORUM.fullmatch(word):
        thread = found[1]
        url = f"https://community.openai.com/t/{thread}"
        return Source(word=word, title=f"OpenAI developer community, thread {thread}", url=url)
    if found := WEAKNESS.fullmatch(word):
        url = f"https://cwe.mitre.org/data/definitions/{found[1]}.html"
        return Source(word=word, title=f"Common Weakness Enumeration {found[1]}", url=url)
    if found := GITHUB.fullmatch(word):
        return _github(word, found)
    return Source(word=word, title=word)


AREA = "mcp"
"""The area of that name; the sources of MCP are named by their page, such as `MCP-auth`."""


def covers(word: str, ref: str) -> bool:
    """Whether `word` names the source `ref`, or a document or section that `ref` is a part of.

    `RFC6749` covers `RFC6749-4.1.2`, and so does `RFC6749-4.1`; `RFC6749-4.1.2` covers
    `RFC6749-4.1.2.1`. `OAI-plugin` covers `OAI-plugin-auth`, `owner/repo` every thread there. Case
    makes no difference.
    """
    word, ref = word.lower(), ref.lower()
    if word == AREA:
        return False
    if word == ref:
        return True
    joints = ("#",) if "/" in ref else ("-", ".")
    return word != "" and any(ref.startswith(word + joint) for joint in joints)


def documents(ref: str) -> tuple[str, ...]:
    """The words that cover `ref` and are worth suggesting: itself, and its whole document."""
    found = SECTIONED.fullmatch(ref)
    if found:
        return tuple(dict.fromkeys((ref, found["document"])))
    return tuple(dict.fromkeys((ref, ref.partition("#")[0])))


def _sectioned(word: str, found: re.Match[str]) -> Source:
    rfc, part = found["rfc"], found["part"]
    if rfc:
        name = f"RFC {rfc}"
        name += f", {RFC_TITLES[rfc]}" if rfc in RFC_TITLES else ""
        url = f"https://www.rfc-editor.org/rfc/rfc{rfc}"
    else:
        title, draft = DRAFTS[found["document"]]
        name, url = f"{title} ({draft})", f"https://datatracker.ietf.org/doc/html/{draft}"
    if part:
        kind = "appendix" if part[0].isalpha() else "section"
        return Source(word=word, title=f"{name}, {kind} {part}", url=f"{url}#{kind}-{part}")
    return Source(word=word, title=name, url=url)


def _github(word: str, found: re.Match[str]) -> Source:
    url = f"https://github.com/{found['repository']}"
    if found["thread"]:
        # GitHub forwards from issues/ to pull/ where the thread is a pull request.
        return Source(word=word, title=f"GitHub, {word}", url=f"{url}/issues/{found['thread']}")
    return Source(word=word, title=f"GitHub, {word}", url=url)
