"""A probe in words: what is sent, one sentence a step, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mockauth.scenario.change_words import change_words, serve_words
from mockauth.scenario.expect_words import expect_words
from mockauth.scenario.model import Probe, Step
from mockauth.scenario.phrases import either, told
from mockauth.scenario.reference import references

TOKEN_ENDPOINT = "the token endpoint (authorization_url)"
PLACE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "manifest": "the manifest",
        "openapi": "the OpenAPI document",
        "authorize": "the authorize endpoint (client_url)",
        "token": TOKEN_ENDPOINT,
        "api": "the API",
        "resource": "the metadata of the resource",
        "server": "the metadata of the authorization server",
        "unknown": "a well-known address that nobody has",
    }
)
MCP: Mapping[str, str] = MappingProxyType(
    {
        "discover": "{place} is asked for",
        "register": "a client registers as ChatGPT does",
        "document": "a client ID metadata document is served{served}",
        "tool": "{method} goes to the MCP server",
    }
)
TOKENS: Mapping[str, str] = MappingProxyType(
    {"revoke": " of a token that nobody knows", "introspect": " of the access token"}
)
OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "chosen": "an API operation is called",
        "every": "every API operation is called",
        "owned": "the operation that reads one object of the first user is called",
        "scoped": "an operation that needs more scope than the token has is called",
    }
)
CLIENTS: Mapping[str, str] = MappingProxyType(
    {"second": " by the second client", "registered": " by the client that was registered"}
)
USERS: Mapping[str, str] = MappingProxyType(
    {
        "second": " for the second user",
        "wrong-password": " with a wrong password",
        "password-in-other-case": " with the password in other letter case",
        "no-password": " without a password",
        "markup": " with a user name that is HTML",
    }
)
GIVEN: Mapping[str, str] = MappingProxyType(
    {
        "accepted": "this prepares the next step; when it is refused, the check is blocked",
        "refused": "this prepares the next step; when it is accepted, the check is blocked",
        "feature": "when the server does not have it, the check does not apply",
        "unless-refused": "a refusal passes the check",
        "unless-kept": "a client of the method that was asked for passes the check",
        "rotated": "when no new refresh token comes, the check does not apply",
        "not-rotated": "when a new refresh token comes, the check does not apply",
        "repeatable": "when two such calls are not answered alike, the check is blocked",
        "other-data": "when both users get the same, the check is blocked",
        "foreign-resource": "when it is refused, a second MCP server is asked for (--other-resource)",
        "any": "any result is fine",
    }
)


def probe_words(probe: Probe) -> tuple[str, ...]:
    """The steps of a probe, and the values it is repeated with, one sentence each."""
    return (*_steps(probe), *_answers(probe), *_variants(probe))


def _steps(probe: Probe) -> Iterator[str]:
    for i, step in enumerate(probe.steps):
        does = f"{_does(step, probe.steps[:i])}{_how(step)}{change_words(step.change)}"
        comes = expect_words(step.expect) or GIVEN.get(step.given, step.given)
        named = f"“{step.name}”: " if step.name != step.do else ""
        sentence = f"{does}." if step.do == "wait" else f"{does}: {comes}."
        yield named + sentence[0].upper() + sentence[1:]


def _answers(probe: Probe) -> Iterator[str]:
    statuses = f" with status {either(probe.when)}" if probe.when else ""
    for check, expect in probe.answers_of:
        looked = f"Sends nothing; looks at the refusals{statuses} that came in {check}"
        yield f"{looked}: {expect_words(expect)}."


def _variants(probe: Probe) -> Iterator[str]:
    for name in probe.variants[0]:
        values = dict.fromkeys(variant[name] for variant in probe.variants)
        shown = ", ".join(f"`{told(value)}`" if value else "the empty string" for value in values)
        yield f"‹{name}› takes the values {shown}, one after the other."


def _does(step: Step, earlier: tuple[Step, ...]) -> str:
    place = PLACE_WORDS.get(step.at, step.at)
    if step.do == "authorize":
        return f"the browser goes to {PLACE_WORDS['authorize']}"
    if step.do == "token":
        return f"a token request{_code(step, earlier)} goes to {TOKEN_ENDPOINT}"
    if step.do == "refresh":
        return f"a refresh request{_refresh_token(step, earlier)} goes to {TOKEN_ENDPOINT}"
    if step.do == "api":
        return OPERATIONS.get(step.operation, step.operation) + _bearing(step)
    if step.do in TOKENS:
        named = "" if _replaced(step, "token") else TOKENS[step.do]
        return (
            f"{'a revocation' if step.do == 'revoke' else 'an introspection'}{named} is asked for"
        )
    if step.do in MCP:
        said = MCP[step.do].format(
            place=place, method=_message(step), served=serve_words(step.serve)
        )
        return said + _spoken(step)
    if step.do == "endpoint":
        return f"one request goes to {place}"
    if step.do == "wait":
        return f"the run waits{_waits(step)}"
    return f"a TLS handshake is made with the host of {place}"


def _message(step: Step) -> str:
    return f"the message {step.method}" if step.method else "the ordinary call"


def _spoken(step: Step) -> str:
    manner = f" in the manner of {step.speaks}" if step.speaks else ""
    version = f", which names the version {step.claims}" if step.claims else ""
    within = f", where {either(list(step.revisions))} is judged" if step.revisions else ""
    return manner + version + within


def _code(step: Step, earlier: tuple[Step, ...]) -> str:
    if _replaced(step, "code") or step.change.raw is not None:
        return ""
    if not step.code:
        return " with a fresh code"
    named = {reference.partition(".")[0] for reference in references(step.code)}
    came = any(one.do == "authorize" and one.name in named for one in earlier)
    return f" with {'the code that came' if came else 'the same code'}"


def _refresh_token(step: Step, earlier: tuple[Step, ...]) -> str:
    if _replaced(step, "refresh_token") or step.change.raw is not None:
        return ""
    again = any(one.do in ("token", "refresh") for one in earlier)
    return f" with {'the newest' if again else 'a fresh'} refresh token"


def _replaced(step: Step, parameter: str) -> bool:
    return parameter in {*step.change.remove, *(name for name, _ in step.change.set)}


def _bearing(step: Step) -> str:
    touched = {name.lower() for name, _ in step.change.headers}
    if "authorization" in touched:
        return ""
    return " without a token" if step.operation == "every" else " with the access token"


def _how(step: Step) -> str:
    parts = [
        CLIENTS.get(step.client, ""),
        USERS.get(step.user, ""),
        " in a fresh browser session" if step.session == "fresh" else "",
        ", where the user refuses consent" if step.decision == "deny" else "",
        f", {step.repeat} times" if step.repeat > 1 else "",
        " at once" if step.at_once else "",
        ", on a connection that is kept" if step.keep_connection else "",
        ", left out where there is nothing to fill in" if step.optional else "",
    ]
    return "".join(parts)


def _waits(step: Step) -> str:
    seconds = f" {step.seconds} seconds" if step.seconds else ""
    until = f" until the {step.until.replace('-', ' ')}" if step.until else ""
    return seconds + (" and" if seconds and until else "") + until
