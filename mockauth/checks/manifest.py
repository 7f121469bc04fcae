"""The manifest's shape: is it JSON, is it public, does it have what ChatGPT needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.misnomer import (
    AUTHORIZE_NAMES,
    BOTH,
    TOKEN_NAMES,
    invented_for,
    last_segment,
    meant_by,
    mend_both,
    mend_missing,
)  # fmt: skip
from mockauth.checks.record import asks_to_log_in
from mockauth.checks.registry import check
from mockauth.manifest.plugin import Manifest
from mockauth.wire.message import FORM, JSON
from mockauth.wire.url import without_query
from mockauth.wire.words import AT_CLIENT_URL, own, say

START, AUTH = "OAI-plugin-start", "OAI-plugin-auth"
NOT_FOUND = '"Couldn\'t find manifest", although it is served'
SAMPLES = ("abc123456", "cb7cdfb8a57e45bc8ad7dea5bc2f8324", "your_verification_token", "replace_me")
SAMPLE = re.compile(
    r"your|replace|change|insert|paste|token|secret|here|string|example|sample|placeholder|verif|todo",
    re.I,
)
"""Words in what a guide shows in place of a token."""
TOKEN = re.compile(r"[0-9a-f]{16,64}")
"""The 676 tokens of approved plugins have 32 of these characters."""
FEWEST = 4
"""Different characters of a token that a machine made."""
INVENTED = ("apikey", "bearer", "basic", "token", "http", "service", "key", "header", "jwt")
SECRET_NAME = re.compile(r"client_?secret|password|private_?key|api_?key|access_?token", re.I)
NAMES_ONE = re.compile(
    r"_(?:url|uri|name|header|field|param(?:eter)?|location|in|type|method)$", re.I
)
"""Members that say where a secret travels."""
LIVE_TOKEN = re.compile(
    r"sk-[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|-----BEGIN"
)
FILLED = re.compile(
    r"^(?!.*(?:your|example|placeholder|<|\$\{|\{\{|xxx|redacted|removed))\S{8,}$", re.I
)


def manifest_of(evidence: Evidence) -> Manifest:
    """The manifest, or a verdict why nothing can be said of it."""
    if evidence.manifest is None:
        raise Blocked(say("the manifest could not be fetched (see manifest.served)"))
    return evidence.manifest


def readable(evidence: Evidence) -> Manifest:
    """A manifest with members, or a verdict why nothing can be said of them."""
    manifest = manifest_of(evidence)
    if not manifest.data:
        raise Blocked(say("the manifest is no JSON object (see manifest.json-strict)"))
    return manifest


@check(
    "manifest.served", "M--", refs=(START,), practice=True,
    why="ChatGPT looks for the manifest there and nowhere else.",
    fix="Serve the manifest at /.well-known/ai-plugin.json with status 200.",
)  # fmt: skip
def served(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest is served at /.well-known/ai-plugin.json with status 200."""
    last = evidence.trace.last("manifest")
    if last is None:
        raise NotApplicable(say("the manifest was read from a file"))
    if last.answer.status in (401, 403):
        raise Blocked(say("{}: see manifest.public", last.outcome))
    if last.answer.ok:
        yield Seen(actual=last.outcome, exchanges=(last.n,))
    else:
        yield Finding(expected=say("status 200"), actual=last.outcome, exchanges=(last.n,))


@check(
    "manifest.public", "M--", refs=(START,), practice=True, shows=NOT_FOUND,
    why="ChatGPT reads manifest, OpenAPI document and logo before anybody has signed in.",
    fix="Exempt the manifest, the OpenAPI document and the logo from the API's own guard.",
)  # fmt: skip
def public(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest, the OpenAPI document and the logo need no sign-in."""
    for exchange in evidence.trace.ordinary("manifest", "openapi", "asset"):
        login = asks_to_log_in(exchange)
        if exchange.answer.status in (401, 403) or login:
            what = say(", a login page") if login else ""
            yield Finding(
                expected=say("an answer without credentials"),
                actual=say(
                    "{}: {}{}", without_query(exchange.request.target), exchange.outcome, what
                ),
                exchanges=(exchange.n,),
                # A login needs no picture.
                tolerated=exchange.step == "asset",
            )
        else:
            yield Seen(
                actual=say("{}: {}", exchange.step, exchange.outcome), exchanges=(exchange.n,)
            )


@check(
    "manifest.content-type-json", "S--", refs=("RFC8259-11",), practice=True,
    why="A wrong type makes other readers refuse the document.",
    fix="Serve it as application/json.",
)  # fmt: skip
def content_type_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest is served as application/json."""
    last = evidence.trace.last("manifest")
    if last is None or not last.answer.ok:
        raise NotApplicable(say("no manifest was served"))
    kind = last.answer.media_type
    if kind in (JSON, "text/json") or kind.endswith("+json"):
        yield Seen(actual=kind, exchanges=(last.n,))
    else:
        yield Finding(expected=JSON, actual=kind or say("no Content-Type"), exchanges=(last.n,))


@check(
    "manifest.json-strict", "M--", refs=("RFC8259-8.1", "openai/plugins-quickstart#40"),
    kind="static", practice=True,
    shows='"Failed to fetch localhost manifest" with a hint at CORS',
    why="ChatGPT reports broken JSON as a CORS problem, which sends developers the wrong way.",
    fix="Mend the JSON at the place named.",
)  # fmt: skip
def json_strict(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest is exactly one JSON object in UTF-8, without comments or trailing commas."""
    document = manifest_of(evidence).document
    for problem in document.problems:
        yield Finding(
            expected=say("strict JSON"),
            actual=problem.reason,
            fix=problem.fix,
            at=problem.place,
            line=problem.line,
            column=problem.column,
        )
    if not document.problems:
        yield Seen(actual=say("one JSON object"))


FIELDS: dict[str, type | tuple[type, ...]] = {
    "schema_version": str, "name_for_model": str, "name_for_human": str,
    "description_for_model": str, "description_for_human": str, "auth": dict, "api": dict,
    "logo_url": str, "contact_email": str, "legal_info_url": str,
}  # fmt: skip


@check(
    "manifest.required-fields", "M--", refs=(START,), kind="static", practice=True,
    shows=NOT_FOUND,
    why="ChatGPT refuses a manifest that lacks one of them.",
    fix="Add the member.",
)  # fmt: skip
def required_fields(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every required member is there, with the right JSON type."""
    data = readable(evidence).data
    for name, kind in FIELDS.items():
        if name not in data:
            yield _missing(name, data)
        elif name == "schema_version":
            continue  # its value is the matter of manifest.schema-version-v1
        elif not isinstance(data[name], kind):
            yield _of_another_type(say("/{}", own(name)), _named(kind), _shown(data[name]))
        elif data[name] == {} or (isinstance(data[name], str) and not data[name].strip()):
            # Approved manifests have no contact and no legal page.
            yield Finding(
                expected=say("something in {}", own(name)),
                actual=say("nothing"),
                at=say("/{}", own(name)),
                fix=say("Write it."),
                tolerated=name in SHOWN,
            )
        else:
            yield Seen(actual=say("{} is there", own(name)))
    yield from _flags(data)
    api: Any = data.get("api")
    if isinstance(api, dict) and api:
        if api.get("type") != "openapi":
            # Approved manifests lack it, so only another value is a failure.
            missing = api.get("type") is None
            yield Finding(
                expected=say('"openapi"'),
                actual=_shown(api.get("type")),
                at=say("/api/type"),
                fix=say('Write "type": "openapi".'),
                tolerated=missing,
            )
        if not isinstance(api.get("url"), str) or not api["url"].strip():
            yield Finding(expected=say("the URL of the OpenAPI document"),
                          actual=_shown(api.get("url")), at=say("/api/url"))  # fmt: skip


def _missing(name: str, data: dict[str, Any]) -> Finding:
    """A member that is not there, or there under a name with a slip in it."""
    written = meant_by(name, set(data) - FIELDS.keys())
    return Finding(
        expected=say("a member {}", own(name)),
        actual=say("{:.60} in place of it", written) if written else say("it is missing"),
        at=say("/{}", own(name)),
        near=say("/{:.60}", written) if written else "",
        fix=say("Rename {:.60} to {}.", written, own(name)) if written else "",
    )


SHOWN = ("logo_url", "contact_email", "legal_info_url")
FLAGS = ("is_user_authenticated", "has_user_authentication")


def _flags(data: dict[str, Any]) -> Iterator[Finding]:
    """Optional members that are true or false: the text "false" counts as true in most readers."""
    for above in ((), ("api",), ("auth",)):
        holder = data.get(above[0]) if above else data
        for name in FLAGS:
            value = holder.get(name) if isinstance(holder, dict) else None
            if value is not None and not isinstance(value, bool):
                at = say("/{}", own("/".join((*above, name))))
                yield replace(
                    _of_another_type(at, say("true or false"), _shown(value)), tolerated=True
                )


def _of_another_type(at: str, wanted: str, found: str) -> Finding:
    return Finding(expected=wanted, actual=found, at=at, fix=say("Write {} there.", wanted))


def _named(kind: Any) -> str:
    return own({str: "a text", dict: "an object", list: "a list"}.get(kind, "another type"))


def _shown(value: object) -> str:
    if value is None:
        return say("missing or null")
    return (
        say("{!r}", value)
        if isinstance(value, str | int | bool)
        else say("a {}", own(type(value).__name__))
    )


def _kept(name: str, value: object) -> str:
    """`_shown`, but a token that stands where an object should is not quoted."""
    token = name == "verification_tokens" and isinstance(value, str)
    return say("a text") if token else _shown(value)


@check(
    "manifest.schema-version-v1", "M--", refs=(START,), kind="static", practice=True,
    why="There is no other version.", fix='Write "schema_version": "v1".',
)  # fmt: skip
def schema_version(evidence: Evidence) -> Iterator[Finding | Seen]:
    """schema_version is the text v1."""
    data = readable(evidence).data
    if "schema_version" not in data:
        raise Blocked(say("schema_version is missing (see manifest.required-fields)"))
    value = data["schema_version"]
    if value == "v1":
        yield Seen(actual=say('"v1"'))
    else:
        # One approved manifest says v2.
        named = isinstance(value, str) and re.fullmatch(r"v[2-9]", value) is not None
        yield Finding(
            expected=say('"v1"'), actual=_shown(value), at=say("/schema_version"), tolerated=named
        )


@check(
    "manifest.auth-type-known", "M--", refs=(AUTH,), kind="static", practice=True, shows=NOT_FOUND,
    why="ChatGPT knows four and refuses the rest.",
    fix="Use none, service_http, user_http or oauth.",
)  # fmt: skip
def auth_type_known(evidence: Evidence) -> Iterator[Finding | Seen]:
    """auth.type is none, service_http, user_http or oauth."""
    kind = _auth_block(evidence).get("type")
    if kind in KINDS:
        yield Seen(actual=str(kind))
        return
    yield Finding(
        expected=say("none, service_http, user_http or oauth"),
        actual=_shown(kind),
        at=say("/auth/type"),
        fix=_meant_kind(kind),
    )


KINDS = ("none", "service_http", "user_http", "oauth")


def _meant_kind(kind: object) -> str:
    """What to write in place of an invented auth type; "" where nothing tells."""
    if kind is None:
        return say("Write none, service_http, user_http or oauth.")
    word = re.sub(r"[^a-z]", "", str(kind).lower())
    if word in INVENTED:
        return say("Write service_http: one token for all users, sent as Bearer or Basic.")
    named = next((known for known in KINDS if known.replace("_", "") in (word, word[:-4])), "")
    return say("Write {}.", own(named)) if named else ""


def _auth_block(evidence: Evidence) -> dict[str, Any]:
    block = readable(evidence).data.get("auth")
    if not isinstance(block, dict) or not block:
        raise Blocked(say("there is no auth object (see manifest.required-fields)"))
    return block


@check(
    "manifest.auth-fields-complete", "M--", refs=(AUTH, "forum-317525"), kind="static",
    practice=True, shows=NOT_FOUND,
    why="ChatGPT refuses an auth block that lacks a member.",
    fix="Add the member to auth.",
)  # fmt: skip
def auth_fields_complete(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The auth block has every member its type needs."""
    block = _auth_block(evidence)
    shapes: dict[str, dict[str, Any]] = {
        "oauth": {"client_url": str, "authorization_url": str, "authorization_content_type": str,
                  "scope": str, "verification_tokens": dict},
        "service_http": {"authorization_type": str, "verification_tokens": dict},
        "user_http": {"authorization_type": str},
    }  # fmt: skip
    wanted = shapes.get(str(block.get("type")), {})
    meaning = {
        "client_url": "client_url, the authorize endpoint",
        "authorization_url": "authorization_url, the TOKEN endpoint",
    }
    for name, kind in wanted.items():
        value = block.get(name)
        if not isinstance(value, kind) or (str(value).strip() == "" and name.endswith("url")):
            written = say("Write {} there.", _named(kind)) if value else ""
            typed = "" if name in block else meant_by(name, set(block) - wanted.keys() - {"type"})
            instead = invented_for(name, block) or typed
            rename = say("Rename {:.60} to {}.", typed, own(name)) if typed else written
            yield Finding(
                expected=say("{}: {}", _named(kind), own(meaning.get(name, name))),
                actual=_kept(name, value) if name in block else say("it is missing"),
                at=say("/auth/{}", own(name)),
                near=say("/auth/{:.60}", instead) if instead and name not in block else "",
                fix=mend_missing(name, block) or rename,
            )
        else:
            yield Seen(actual=say("{} is there", own(name)))
    invented = invented_for("authorization_url", block)
    if "client_url" in wanted and invented and isinstance(block.get("authorization_url"), str):
        yield Finding(
            expected=say("no {}: authorization_url is the TOKEN endpoint", invented),
            actual=say(
                "{} is there, so authorization_url may hold the authorize endpoint", invented
            ),
            at=say("/auth/{}", invented),
            fix=mend_both(invented, block),
            tolerated=True,
        )
    last = last_segment(block.get("client_url"))
    if "client_url" in wanted and last in TOKEN_NAMES:
        swapped = last_segment(block.get("authorization_url")) in AUTHORIZE_NAMES
        yield Finding(
            expected=say("client_url, the authorize endpoint"),
            actual=say("it ends in /{}, like a token endpoint", last),
            at=AT_CLIENT_URL,
            fix=say("{}: exchange the two.", BOTH)
            if swapped
            else say("{}: look whether they are swapped.", BOTH),
            tolerated=not swapped,
            shows=say("an error page of the token endpoint in place of the login page"),
        )
    if not wanted:
        yield Seen(actual=say("nothing more is needed"))


@check(
    "manifest.authorization-type-known", "M--", refs=(AUTH,), kind="static", practice=True,
    auth=("service_http", "user_http"),
    why="It is the scheme of the Authorization header.", fix="Write bearer or basic.",
)  # fmt: skip
def authorization_type_known(evidence: Evidence) -> Iterator[Finding | Seen]:
    """authorization_type is bearer or basic."""
    value = readable(evidence).text("auth", "authorization_type")
    if not value:
        raise Blocked(say("authorization_type is missing (see manifest.auth-fields-complete)"))
    if value.lower() in ("bearer", "basic"):
        yield Seen(actual=value)
    else:
        yield Finding(
            expected=say("bearer or basic"), actual=value, at=say("/auth/authorization_type")
        )


@check(
    "manifest.content-type-supported", "M--", refs=(AUTH,), kind="static", practice=True,
    auth=("oauth",),
    why="It is how ChatGPT encodes the token request.",
    fix=f"Write {JSON} or {FORM}, whichever the token endpoint reads.",
)  # fmt: skip
def content_type_supported(evidence: Evidence) -> Iterator[Finding | Seen]:
    """authorization_content_type is JSON or a form."""
    value = readable(evidence).text("auth", "authorization_content_type")
    if not value:
        raise Blocked(
            say("authorization_content_type is missing (see manifest.auth-fields-complete)")
        )
    if value.partition(";")[0].strip().lower() in (JSON, FORM):
        yield Seen(actual=value)
    else:
        at = say("/auth/authorization_content_type")
        yield Finding(expected=say("{} or {}", JSON, FORM), actual=value, at=at)


@check(
    "manifest.verification-token-present", "S--", refs=(AUTH,), kind="static", practice=True,
    auth=("oauth", "service_http"),
    why="Without it the installation stops at verification.",
    fix="Put the token that ChatGPT shows at verification_tokens.openai and deploy again.",
)  # fmt: skip
def verification_token_present(evidence: Evidence) -> Iterator[Finding | Seen]:
    """verification_tokens.openai holds a token of your own."""
    block = _auth_block(evidence)
    if block.get("type") not in ("oauth", "service_http"):
        raise Blocked(say("the auth type is not known (see manifest.auth-type-known)"))
    if not isinstance(block.get("verification_tokens"), dict):
        raise Blocked(say("there is no verification_tokens (see manifest.auth-fields-complete)"))
    token = readable(evidence).text("auth", "verification_tokens", "openai")
    at = say("/auth/verification_tokens/openai")
    if not token:
        yield Finding(expected=say("a token"), actual=say("it is missing or empty"), at=at)
    elif token.lower() in SAMPLES or SAMPLE.search(token) or len(set(token)) < FEWEST:
        actual = say("a sample from the documentation or a placeholder")
        yield Finding(expected=say("the token that ChatGPT shows"), actual=actual, at=at)
    elif not TOKEN.fullmatch(token):
        actual = say("{} characters of another form", len(token))
        yield Finding(expected=say("32 of the characters 0-9 and a-f"), actual=actual, at=at)
    else:
        yield Seen(actual=say("a token is there"))


@check(
    "manifest.verification-token-matches", "M--", refs=(AUTH,), kind="static", practice=True,
    auth=("oauth", "service_http"), shows="verification of the token fails",
    why="ChatGPT compares it, letter for letter, with the one it showed.",
    fix="Deploy the manifest with the token that ChatGPT shows, then verify again.",
)  # fmt: skip
def verification_token_matches(evidence: Evidence) -> Iterator[Finding | Seen]:
    """verification_tokens.openai equals the token given at installation."""
    given = evidence.given.verification_token.reveal()
    if not given:
        option = say("--verification-token")
        raise Blocked(say("give the token that ChatGPT shows: {}", option), by_option=option)
    found = readable(evidence).text("auth", "verification_tokens", "openai")
    if not found:
        raise NotApplicable(say("there is none (see manifest.verification-token-present)"))
    if found == given:
        yield Seen(actual=say("equal"))
    else:
        ends = (
            say("one that ends in …{}", found[-2:])
            if len(found) > 8
            else say("none")
            if not found
            else say("another")
        )
        yield Finding(
            expected=say("the token of {} characters that was given", len(given)),
            actual=say("{} ({} characters)", ends, len(found)),
            at=say("/auth/verification_tokens/openai"),
        )


@check(
    "manifest.no-secret-inside", "C--", refs=("RFC6749-2.3.1",), kind="static", practice=True,
    why="Everybody can read the manifest.",
    fix="Take the secret out, and replace it wherever it is used: it has been public.",
)  # fmt: skip
def no_secret_inside(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No secret stands in the manifest."""
    for pointer, name, value in _strings(readable(evidence).data):
        named = SECRET_NAME.search(name) and FILLED.match(value) and not value.startswith("http")
        if (named and not NAMES_ONE.search(name)) or LIVE_TOKEN.search(value):
            yield Finding(
                expected=say("no secret"),
                actual=say("{} holds {} characters that look like one", name, len(value)),
                at=pointer,
            )
    yield Seen(actual=say("nothing that looks like a secret"))


def _strings(value: object, pointer: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "verification_tokens":
                yield from _strings(inner, f"{pointer}/{key}", str(key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _strings(inner, f"{pointer}/{i}", name)
    elif isinstance(value, str):
        yield pointer, name, value
