"""The manifest's addresses as they are written: can they be used, did somebody fill them in?"""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.manifest import AUTH, START, readable
from mockauth.checks.registry import check
from mockauth.manifest.address import flaw_of, host_of, is_invented, is_mail
from mockauth.manifest.domains import registrable_domain
from mockauth.manifest.plugin import Manifest
from mockauth.wire.url import hostname
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, cut, own, say

SHOWN = ("logo_url", "legal_info_url")
"""Addresses that people look at: approved manifests have unusable ones."""


def named_addresses(manifest: Manifest) -> list[tuple[str, str]]:
    """(pointer, text) of every address that the manifest holds, as written."""
    found: list[tuple[str, str]] = []
    if manifest.text("auth", "type") == "oauth":
        found += [(AT_CLIENT_URL, manifest.text("auth", "client_url"))]
        found += [(AT_AUTHORIZATION_URL, manifest.text("auth", "authorization_url"))]
    found += [(say("/api/url"), manifest.text("api", "url"))]
    found += [(say("/{}", own(name)), manifest.text(name)) for name in SHOWN]
    return [(at, url) for at, url in found if url.strip()]


@check(
    "manifest.urls-usable", "M--", refs=(AUTH, "RFC3986-3"), kind="static", practice=True,
    why="ChatGPT opens the address letter for letter: one that is no whole URL leads nowhere.",
    fix="Write the whole address: https://, the host, the path. Only api.url may be a path alone.",
)  # fmt: skip
def urls_usable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every address in the manifest is a URL that can be opened."""
    manifest = readable(evidence)
    for at, url in named_addresses(manifest):
        shown = at in ("/logo_url", "/legal_info_url")
        is_data = shown and url[:5] == "data:"
        flaw = "" if is_data else flaw_of(url, may_be_relative=at == "/api/url")
        if flaw:
            # Approved manifests have logos and legal pages that nobody can open.
            yield Finding(expected=say("a whole address"), actual=flaw, at=at, tolerated=shown)
        else:
            yield Seen(actual=say("{} can be used", at))
    yield Seen(actual=say("addresses read"))


@check(
    "manifest.placeholders-filled", "S--", refs=(START, "RFC2606-3"), kind="static", practice=True,
    why="The name of a guide is nobody's: users and reviewers reach another site, or none.",
    fix="Write your own host or address.",
)  # fmt: skip
def placeholders_filled(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No address is one that stands in guides, such as example.com or yourdomain.com."""
    manifest = readable(evidence)
    mail = manifest.text("contact_email")
    for at, address in (*named_addresses(manifest), (say("/contact_email"), mail)):
        if address[:5] == "data:" or (
            at != "/contact_email" and flaw_of(address, may_be_relative=True)
        ):
            continue  # no host to judge, or named by manifest.urls-usable
        if is_invented(address) and not is_served(evidence, address):
            yield Finding(expected=say("an address of your own"), actual=cut(address, 200), at=at)
    yield Seen(actual=say("addresses read"))


@check(
    "manifest.contact-address-valid", "S--", refs=(START, "RFC5321-4.1.2"), kind="static",
    practice=True,
    why="Users and reviewers write to it.", fix="Write one mail address: name@host.",
)  # fmt: skip
def contact_address_valid(evidence: Evidence) -> Iterator[Finding | Seen]:
    """contact_email is a mail address."""
    mail = readable(evidence).text("contact_email")
    if is_mail(mail):
        yield Seen(actual=say("a mail address"))
    elif "contact_email" in readable(evidence).data:
        actual = cut(mail, 100) if mail.strip() else say("nothing")
        yield Finding(expected=say("name@host"), actual=actual, at=say("/contact_email"))
    else:
        yield Seen(actual=say("there is none (see manifest.required-fields)"))


def is_served(evidence: Evidence, address: str) -> bool:
    """Whether a server that really answers has the domain: no placeholder then, but a test or a
    local network."""
    manifest = evidence.manifest
    urls = (evidence.target, manifest.url if manifest is not None else "")
    served = {registrable_domain(hostname(url)) for url in urls if url}
    return registrable_domain(host_of(address)) in served
