"""What a developer types into the GPT editor for an Action, and the `Auth` that it means.

A GPT Action has no manifest (OpenAI, GPT Action authentication). The editor's "Authorization URL"
is the authorize endpoint and becomes `client_url`; its "Token URL" becomes `authorization_url`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from mockauth.errors import UsageError
from mockauth.manifest.auth import Auth, HttpAuth, NoAuth, OAuth, Scheme
from mockauth.manifest.openapi import OpenApi
from mockauth.manifest.security import Security, declared_security
from mockauth.wire.message import FORM
from mockauth.wire.url import hostname, split

Kind = Literal["none", "service_http", "oauth"]
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A field name of RFC 9110 section 5.1."""
MISSING: Mapping[str, str] = MappingProxyType(
    {
        "--authorize-url": (
            "--authorize-url (MOCKAUTH_AUTHORIZE_URL): the editor's Authorization URL, where the "
            "user signs in"
        ),
        "--token-url": (
            "--token-url (MOCKAUTH_TOKEN_URL): the editor's Token URL, which takes the code"
        ),
    }
)
"""What is said where an endpoint is neither given nor declared."""


@dataclass(frozen=True, kw_only=True)
class EditorForm:
    """The fields of the GPT editor as given on the command line; "" is not given."""

    openapi: str = ""
    """URL or path of the document; "" looks for it at the target."""
    auth: Literal["", "none", "service_http", "oauth"] = ""
    """`service_http` is the editor's "API Key"."""
    auth_scheme: Literal["", "bearer", "basic", "custom"] = ""
    header: str = ""
    """The name of the header, for `custom`."""
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""
    token_exchange: Literal["post", "basic"] = "post"

    @property
    def given(self) -> tuple[str, ...]:
        """The options that only an Action has, as far as they were given."""
        names = ("openapi", "auth", "auth_scheme", "header", "authorize_url", "token_url", "scope")
        given = [name for name in names if getattr(self, name)]
        given += ["token_exchange"] if self.token_exchange != "post" else []
        return tuple("--" + name.replace("_", "-") for name in given)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The form with what the document adds. `auth` is None when that is not enough: `missing` then
    holds a sentence per option that is still needed. `notes` say what the document gave."""

    auth: Auth | None
    kind: Kind | Literal[""] = ""
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def fill(form: EditorForm, openapi: OpenApi | None, likely: Kind | None = None) -> Filled:
    """Make the `Auth` of a form. What is not given is taken from the document's securitySchemes;
    `likely` is the type that the credentials at hand speak for.

    Raises:
        UsageError: for an option that contradicts another or is no URL or header name.
    """
    _coherent(form)
    declared = declared_security(openapi) if openapi is not None else Security()
    kind, note = _kind(form, declared, likely)
    if kind is None:
        missing = "--auth (MOCKAUTH_AUTH): none, service_http (API key) or oauth"
        return Filled(auth=None, missing=(f"{missing}; {note}",))
    notes = (note,) if note else ()
    if kind == "none":
        return Filled(auth=NoAuth(), kind=kind, notes=notes)
    filled = _key(form, declared) if kind == "service_http" else _oauth(form, declared)
    return replace(filled, kind=kind, notes=(*notes, *filled.notes))


def _coherent(form: EditorForm) -> None:
    for option, url in (("--authorize-url", form.authorize_url), ("--token-url", form.token_url)):
        if url and not _is_url(url):
            raise UsageError(f"{option} {url}: expected a URL such as https://example.com/oauth")
    if form.header and not HEADER.fullmatch(form.header):
        raise UsageError(f"--header {form.header!r}: expected a header name such as X-API-Key")
    if form.header and form.auth_scheme in ("bearer", "basic"):
        raise UsageError(
            f"--header {form.header} and --auth-scheme {form.auth_scheme} contradict each other: "
            "a key in a header of your own is --auth-scheme custom"
        )
    _of_one_kind(form)


def _is_url(text: str) -> bool:
    return bool(split(text) and text.startswith(("http://", "https://")) and hostname(text))


def _of_one_kind(form: EditorForm) -> None:
    if form.auth in ("none", "service_http") and (form.authorize_url or form.token_url):
        raise UsageError(f"--auth {form.auth} has no --authorize-url and no --token-url")
    if form.auth in ("none", "oauth") and (form.header or form.auth_scheme):
        raise UsageError(f"--auth {form.auth} has no --auth-scheme and no --header")


def _kind(form: EditorForm, declared: Security, likely: Kind | None) -> tuple[Kind | None, str]:
    """The authentication type and, where the form does not say it, the note why."""
    if form.auth:
        return form.auth, ""
    if form.authorize_url or form.token_url:
        return "oauth", ""
    if form.auth_scheme or form.header:
        return "service_http", ""
    if likely is not None:
        return likely, ""
    if not declared.kinds:
        return None, "the OpenAPI document names no security scheme that says it"
    if len(declared.kinds) > 1:
        return None, f"the OpenAPI document names several: {', '.join(declared.kinds)}"
    kind = declared.kinds[0]
    return kind, f"auth {kind} was taken from the OpenAPI document (--auth says another)"


def _key(form: EditorForm, declared: Security) -> Filled:
    header, scheme = form.header, form.auth_scheme
    notes: list[str] = []
    if not header and not scheme and (declared.header or declared.scheme):
        header, scheme = declared.header, declared.scheme or "custom"
        where = f"the header {header}" if header else f"the scheme {scheme}"
        notes.append(f"{where} was taken from the OpenAPI document (securitySchemes)")
    if scheme == "custom" and not header:
        missing = "--header (MOCKAUTH_HEADER): the name of the header that carries the key"
        return Filled(auth=None, missing=(missing,))
    word: Scheme = "basic" if scheme == "basic" else "bearer"
    auth = HttpAuth(type="service_http", authorization_type=word, header=header)
    return Filled(auth=auth, notes=tuple(notes))


def _oauth(form: EditorForm, declared: Security) -> Filled:
    authorize = form.authorize_url or declared.authorize_url
    token = form.token_url or declared.token_url
    # Scopes of a document whose endpoints were not taken may belong to another server.
    ours = (authorize, token) == (declared.authorize_url, declared.token_url)
    scope = form.scope or (declared.scope if ours else "")
    taken = {
        "--authorize-url": (form.authorize_url, authorize),
        "--token-url": (form.token_url, token),
        "--scope": (form.scope, scope),
    }
    notes = tuple(
        f"{option} {value} was taken from the OpenAPI document (securitySchemes)"
        for option, (given, value) in taken.items()
        if value and not given
    )
    missing = tuple(MISSING[option] for option in MISSING if not taken[option][1])
    if missing:
        return Filled(auth=None, notes=notes, missing=missing)
    auth = OAuth(
        client_url=authorize,
        authorization_url=token,
        authorization_content_type=FORM,
        scope=scope,
    )
    return Filled(auth=auth, notes=notes)
