"""What is tried when the ordinary flow fails: to learn the cause, and to let the run go on.

Each try changes one thing and is recorded with its `Fallback`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote_plus

from mockauth.browser.landing import OURS, Landing
from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.placement import BY_CLIENT, in_basic_header
from mockauth.chatgpt.token import Grant, read_token
from mockauth.checks.evidence import Given
from mockauth.checks.fallback_text import TEXTS
from mockauth.engine.events import Event, Noted
from mockauth.engine.http.recorder import Place
from mockauth.engine.target import browsers, requests, tokens
from mockauth.engine.target.subject import Subject
from mockauth.errors import NothingJudged, UsageError
from mockauth.wire import Request
from mockauth.wire.message import Encoding
from mockauth.wire.trace import Fallback, Step
from mockauth.wire.url import hostname, is_private_host, origin, split, without_query
from mockauth.wire.words import Words, own, say

NO_RESOURCE = say(
    "the server refuses a request with resource, which every client of MCP sends; the run goes on "
    "without it"
)
VERIFIER = "mockauth-diagnoses-whether-a-code-challenge-is-wanted"


def ask_for_code(subject: Subject) -> tuple[Landing, str]:
    """One login; where it ended, and the code or ""."""
    request = authorization_request(subject.target.oauth_client, subject.target.pending())
    landing = browsers.authorize(subject, request)
    return landing, code_at(landing.params) if landing.left else ""


def other_callback(subject: Subject) -> str:
    """Go over to another callback of an Action when that one is accepted; the address, or "".

    ChatGPT uses chat.openai.com and chatgpt.com; a server that knows one of them is not broken.
    """
    before = subject.target
    client, given = before.oauth_client, before.given
    for uri in given.redirect_uris:
        if uri == client.redirect_uri:
            continue
        subject.target = replace(before, client=replace(client, redirect_uri=uri))
        with subject.during("fallback", fallback=Fallback.OTHER_CALLBACK):
            _, code = ask_for_code(subject)
        if code:
            subject.target = replace(subject.target, given=replace(given, redirect_uri=uri))
            return uri
    subject.target = before
    return ""


def give_up(subject: Subject, landing: Landing) -> None:
    """End the run where the login itself, not the service, is what stopped it.

    Raises:
        UsageError: the login page asks for what was not given, or has not what the settings name.
        NothingJudged: the browser could not get past a page.
    """
    if landing.reason == "needs-credentials":
        raise UsageError(say("{} is {}", landing.url.partition("?")[0], landing.hint))
    if landing.reason == "wrong-override":
        raise UsageError(say("{} (at {})", landing.hint, without_query(landing.url)))
    if landing.reason in OURS:
        subject.target = replace(subject.target, stuck=say("{}", landing.hint))
        raise NothingJudged(say("the login failed: {}", landing.hint))
    if landing.reason in ("redirect-loop", "reload-loop") or landing.page is None:
        return
    if landing.page.response is None:
        return
    subject.target = replace(subject.target, stuck=_asked(landing), stuck_for=landing.reason)
    raise NothingJudged(
        say(
            "the login stopped: {}{} Forms on the page: {}. Filled in: {}. It says: {!r:.160}",
            _asked(landing),
            own("" if _is_sentence(landing) else "."),
            "; ".join(landing.forms) or say("no form"),
            ", ".join(landing.filled) or say("nothing"),
            landing.snippet,
        )
    )


def _asked(landing: Landing) -> Words:
    """Where a login stopped, and what would have to be known to get on."""
    asked = landing.question
    return (
        say("{}. {}", landing.describe(), asked.words) if asked else say("{}", landing.describe())
    )


def _is_sentence(landing: Landing) -> bool:
    """Whether what is asked ends as a sentence does: not with a line of settings."""
    asked = landing.question
    return asked is not None and bool(asked.way or not asked.line)


def ask_for_host(subject: Subject, landing: Landing) -> None:
    """End the run where the login of a service on this machine leads to a port that nobody names.
    A public service that leads its users to a private address is broken, and is judged.

    Raises:
        NothingJudged: with the option that lets the login go there.
    """
    if not is_private_host(hostname(subject.target.url_map.target)):
        return
    parts = split(landing.url)
    subject.target = replace(subject.target, stuck=say("{}", landing.describe()))
    raise NothingJudged(
        say(
            "the login leads to {}, and {}. If that is your login, add --allow-host {}",
            without_query(landing.url),
            landing.hint,
            parts.netloc if parts else hostname(landing.url),
        )
    )


def note_dropped(subject: Subject) -> None:
    """Keep which cookies of a login that failed no browser would keep, if it works with them."""
    session = subject.sessions.get("first")
    if session is None or not session.cookies.dropped:
        return
    client = subject.target.oauth_client
    lenient = browsers.session_of(subject, fresh=True)
    lenient.cookies.keeps_all = True
    request = authorization_request(client, subject.target.pending())
    with subject.during("fallback", fallback=Fallback.EVERY_COOKIE):
        landing = lenient.run(request, redirect_uris=(client.redirect_uri,))
    if landing.left and code_at(landing.params):
        subject.target = replace(subject.target, dropped=tuple(session.cookies.dropped.items()))


def note_unsendable(subject: Subject, landing: Landing) -> None:
    """Keep which rule of a field stops browsers, if the server takes what the rule forbids."""
    if landing.reason != "breaks-a-rule":
        return
    client = subject.target.oauth_client
    session = browsers.form_session(subject)
    session.breaks_rules = True
    request = authorization_request(client, subject.target.pending())
    with subject.during("fallback", fallback=Fallback.BROKEN_RULE):
        lenient = session.run(request, redirect_uris=(client.redirect_uri,))
    if lenient.left and code_at(lenient.params):
        subject.target = replace(subject.target, unsendable=landing.detail)


def diagnose(subject: Subject) -> Generator[Event, None, str]:
    """After a refusal at authorize, find out what helps: one change at a time, all recorded.

    Gives a code where the run can go on: with a PKCE challenge, which ChatGPT does not send.
    """
    if subject.target.oauth_client.resource:
        code = yield from without_resource(subject)
        if code:
            return code
    before, client = subject.target, subject.target.oauth_client
    proven = replace(client, verifier=VERIFIER)
    uris = (client.redirect_uri, client.redirect_uri + "/")
    tries = (
        (Fallback.PKCE, authorization_request(proven, before.pending())),
        (Fallback.NO_SCOPE, _without(authorization_request(client, before.pending()), "scope")),
        (Fallback.CALLBACK_SLASH, _slashed(authorization_request(client, before.pending()))),
    )
    for fallback, request in tries:
        with subject.during("fallback", fallback=fallback):
            landing = browsers.authorize(subject, request, uris)
        code = code_at(landing.params) if landing.left else ""
        if code and fallback is Fallback.PKCE:
            subject.target = replace(before, client=proven, login=landing)
            yield Noted(
                say(
                    "the server demands a PKCE challenge, which ChatGPT does not send and would "
                    "have stopped at; the run goes on with one"
                )
            )
            return code
        if code:
            return ""
    return ""


def without_resource(subject: Subject) -> Generator[Event, None, str]:
    """A code for a request that names no resource, or ""; then the run goes on so."""
    before = subject.target
    subject.target = replace(before, client=replace(before.oauth_client, resource=""))
    with subject.during("fallback", fallback=Fallback.NO_RESOURCE):
        landing, code = ask_for_code(subject)
    if not code:
        subject.target = before
        return ""
    subject.target = replace(subject.target, login=landing)
    yield Noted(NO_RESOURCE)
    return code


def without_resource_at_token(subject: Subject) -> Iterator[Event]:
    """After a refusal at the token endpoint: an exchange that names no resource; where that is taken,
    the run goes on so."""
    if not subject.target.oauth_client.resource:
        return
    client = replace(subject.target.oauth_client, resource="")
    with subject.during("fallback", fallback=Fallback.NO_RESOURCE):
        code = browsers.fresh_code(subject)
        answer = requests.exchange(subject, code, client).response if code else None
    grant = read_token(answer)
    if grant.access_token:
        subject.target = replace(subject.target, client=client)
        tokens.keep(subject, grant)
        yield Noted(NO_RESOURCE)


def _without(request: Request, name: str) -> Request:
    return replace(request, query=tuple(pair for pair in request.query if pair[0] != name))


def _slashed(request: Request) -> Request:
    pairs = ((n, v + "/" if n == "redirect_uri" else v) for n, v in request.query)
    return replace(request, query=tuple(pairs))


def other_encoding(subject: Subject) -> Iterator[Event]:
    """Try what ChatGPT would not, so that the run can go on; say what the endpoint takes."""
    for encoding, place, fallback in tuple(_token_tries(subject)):
        client = replace(subject.target.oauth_client, encoding=encoding)
        with subject.during("fallback", fallback=fallback), subject.placing(place):
            grant = tokens.from_flow(subject, client=client)
        if grant.access_token:
            subject.target = replace(subject.target, client=client)
            subject.driver.place = place  # from here on
            tokens.keep(subject, grant)
            yield Noted(_taken(fallback))
            return


def _token_tries(subject: Subject) -> Iterator[tuple[Encoding, Place, Fallback]]:
    """Each other way to send the exchange, one after the other."""
    usual = subject.driver.place
    if _may_want_origin(subject):
        own_origin = origin(subject.target.oauth_client.auth.authorization_url)
        encoding = subject.target.oauth_client.encoding
        yield encoding, WithOrigin(usual, own_origin), Fallback.ORIGIN
    if subject.target.oauth_client.encoding == "json":
        yield "form", usual, Fallback.FORM_BODY
    else:
        yield "json", usual, Fallback.JSON_BODY
    if usual is by_basic:
        yield "form", as_built, Fallback.BODY_CREDENTIALS
    else:
        yield "form", by_basic, Fallback.BASIC_HEADER


def _may_want_origin(subject: Subject) -> bool:
    """Whether the refusal may be that of a CSRF guard: OAuth's own errors are none, but a guard
    may say 403 in any form."""
    last = subject.driver.trace.last("token")
    if last is None or last.response is None or last.answer.ok or last.answer.is_redirect:
        return False
    return last.answer.status == 403 or not isinstance(last.answer.members.get("error"), str)


@dataclass(frozen=True)
class WithOrigin:
    """Places credentials as `place` does, and sends the Origin of the endpoint itself, as a page of
    the service would (RFC 6454 section 7)."""

    place: Place
    origin: str

    def __call__(self, request: Request, step: Step) -> Request:
        placed = self.place(request, step)
        if step not in ("token", "refresh"):
            return placed
        return placed.with_header("Origin", self.origin).with_header("Referer", self.origin + "/")


def _taken(fallback: Fallback) -> str:
    return say(
        "the token endpoint ({authorization_url}) took {} and refused what {the_setting}; "
        "the run goes on with {}, ChatGPT would have stopped",
        TEXTS[fallback],
        TEXTS[fallback],
    )


def try_post(subject: Subject, check: str) -> None:
    """The method that was not chosen in the GPT editor: one exchange, judged as advice."""
    with subject.during("altered", check):
        with subject.during("supply"):
            code = browsers.fresh_code(subject)
        if code:
            with subject.placing(as_built):
                requests.exchange(subject, code)


def as_built(request: Request, step: Step) -> Request:
    """Credentials stay in the body."""
    return request


def by_raw_basic(request: Request, step: Step) -> Request:
    """Credentials travel in a Basic header, nothing encoded before base64."""
    return in_basic_header(request, raw=True) if step in BY_CLIENT else request


def raw_again(subject: Subject) -> Iterator[Event]:
    """Where a secret means one thing form-encoded and another raw, exchange once more with a raw
    Basic header: no source shows which of the two ChatGPT sends, so that either is ordinary."""
    if not has_odd_credentials(subject.target.given):
        return
    with subject.during("ordinary"), subject.placing(by_raw_basic):
        _, code = ask_for_code(subject)
        grant = read_token(requests.exchange(subject, code).response) if code else Grant()
    if grant.access_token:
        subject.driver.place = by_raw_basic  # from here on
        tokens.keep(subject, grant)
        yield Noted(
            say(
                "the token endpoint ({authorization_url}) takes the Basic header raw and not "
                "form-encoded; the run goes on so (see token.basic-form-decoded)"
            )
        )


def has_odd_credentials(given: Given) -> bool:
    """Whether client_id or secret has characters that form-encoding changes."""
    texts = (given.client_id, given.client_secret.reveal())
    return any(quote_plus(text) != text for text in texts)


def by_named_basic(request: Request, step: Step) -> Request:
    """Credentials travel in a Basic header, and the body has the client_id: the official Python SDK's
    server looks for the client there."""
    return in_basic_header(request, named=True) if step in BY_CLIENT else request


def by_basic(request: Request, step: Step) -> Request:
    """Credentials travel in a Basic header."""
    return in_basic_header(request) if step in BY_CLIENT else request
