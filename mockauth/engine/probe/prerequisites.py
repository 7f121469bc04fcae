"""What a probe needs, and what to say when it is not there: blocked, or n/a."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.checks.record import GOES_ON, callback_params
from mockauth.checks.rule import Rule
from mockauth.engine.flow.fallbacks import has_odd_credentials
from mockauth.engine.probe.document_trial import require_documents
from mockauth.engine.probe.forged_jwt import is_jwt
from mockauth.engine.probe.pkce import honours_pkce
from mockauth.engine.probe.token_endpoints import ends_access_tokens
from mockauth.engine.target import tokens
from mockauth.engine.target.registration import register_second
from mockauth.engine.target.subject import Subject
from mockauth.manifest.auth import HttpAuth
from mockauth.wire.message import first
from mockauth.wire.url import hostname, is_loopback_host, is_private_host
from mockauth.wire.words import say

PATIENCE = 5.0
"""How long a run waits for one thing without `--slow`, in seconds."""
MARGIN = 2
"""Seconds that a wait takes beyond a lifetime."""


def require(rule: Rule, subject: Subject) -> None:
    """See that every need of the rule is met.

    Raises:
        Blocked: something is missing that could be given.
        NotApplicable: the target does not have what the rule is about.
    """
    oauth = subject.target.auth is not None and subject.target.auth.type == "oauth"
    for need in rule.needs:
        if need in MEETINGS and (oauth or need not in ("login", "callback", "refresh")):
            MEETINGS[need](subject)


def _second_client(subject: Subject) -> None:
    if subject.target.mcp is not None and subject.target.mcp.way in ("dynamic", "document"):
        subject.once(register_second)
    given, client = subject.target.given, subject.target.client
    public = client is not None and not client.sends_secret
    if not (given.other_client_id and (given.other_client_secret or public)):
        option = say("--other-client-id and --other-client-secret")
        raise Blocked(say("needs a second client: give {}", option), by_option=option)


def _access_revocation(subject: Subject) -> None:
    """RFC 7009 section 2.1 asks for the end of access tokens only where they can be revoked."""
    if not ends_access_tokens(subject):
        raise NotApplicable(say("the server revokes no access tokens"))


def _second_user(subject: Subject) -> None:
    given = subject.target.given
    oauth = subject.target.auth is not None and subject.target.auth.type == "oauth"
    if oauth and not (given.other_username and given.other_password):
        option = say("--other-username and --other-password")
        raise Blocked(say("needs a second user: give {}", option), by_option=option)
    if not oauth and not given.other_token:
        option = say("--other-token")
        raise Blocked(say("needs the token of a second user: give {}", option), by_option=option)


def _slow(subject: Subject) -> None:
    if not subject.target.slow:
        raise Blocked(say("needs waiting: give --slow"), by_option="--slow")


def _opt_in(subject: Subject) -> None:
    if not subject.target.slow:
        raise Blocked(say("makes load on the target: give --slow"), by_option="--slow")


def _login(subject: Subject) -> None:
    if not subject.grant.access_token:
        raise Blocked(say("the ordinary flow got no token (see token.exchange-works)"))


def _callback(subject: Subject) -> None:
    """A token is more than what only looks at the way to the callback needs."""
    trace = subject.driver.trace
    went_on = [e for e in trace.select("callback", purpose="fallback") if e.fallback in GOES_ON]
    came = [callback_params(e) for e in (*trace.ordinary("callback"), *went_on)]
    if not came:
        raise Blocked(
            say("the ordinary flow did not reach a callback (see authorize.request-accepted)")
        )
    if not any(first(params, "code") and not first(params, "error") for params in came):
        raise Blocked(say("the ordinary callback has no code (see callback.code-once)"))


def _refresh(subject: Subject) -> None:
    if not subject.grant.access_token:
        raise Blocked(say("the ordinary flow got no token (see token.exchange-works)"))
    if not subject.grant.refresh_token:
        raise NotApplicable(say("the server issues no refresh token"))


def _short_lifetime(subject: Subject) -> None:
    _login(subject)
    lifetime = subject.grant.expires_in
    if lifetime is None:
        raise Blocked(
            say("the token answer has no expires_in, so the expiry of the token is unknown")
        )
    if lifetime > (subject.target.patience if subject.target.slow else PATIENCE):
        raise Blocked(
            say(
                "the token lives for {:g} s; have the test server issue shorter ones, or give "
                "--slow {:.0f}",
                lifetime,
                lifetime + MARGIN,
            ),
            by_option="--slow",
        )


def _pkce(subject: Subject) -> None:
    _login(subject)
    if not honours_pkce(subject):
        raise NotApplicable(
            say("the server ignores PKCE, which is allowed for clients with a secret")
        )


def _public_client(subject: Subject) -> None:
    """A server may let a client with a secret go without PKCE (RFC 9700 section 2.1.1)."""
    if subject.target.client is not None and subject.target.client.sends_secret:
        raise NotApplicable(say("the client has a secret"))


def _jwt(subject: Subject) -> None:
    token = tokens.for_api(subject)
    if not token:
        raise Blocked(say("there is no token to look at (see token.exchange-works)"))
    if not is_jwt(token):
        raise NotApplicable(say("the token is not a JWT"))


def _https(subject: Subject) -> None:
    if is_private_host(hostname(subject.target.url_map.target)):
        raise NotApplicable(say("a target on this machine or network needs no TLS"))


def _localhost(subject: Subject) -> None:
    if not is_loopback_host(hostname(subject.target.url_map.target)):
        raise NotApplicable(say("only a plugin on localhost is called by the chat page itself"))


def _special_secret(subject: Subject) -> None:
    if not set(subject.target.given.other_client_secret.reveal()) & set(":%+/&= "):
        option = "--other-client-secret"
        raise Blocked(
            say("needs a second client whose secret has some of : % + / & = (see {})", option),
            by_option=option,
        )


def _odd_secret(subject: Subject) -> None:
    if not has_odd_credentials(subject.target.given):
        raise NotApplicable(
            say("client_id and secret are the same raw and form-encoded, so it makes no difference")
        )


def _second_callback(subject: Subject) -> None:
    if "?" not in subject.target.given.other_redirect_uri:
        option = "--other-redirect-uri"
        raise Blocked(
            say(
                "needs a second client that is registered with a query in its callback: give {}",
                option,
            ),
            by_option=option,
        )


def _basic_scheme(subject: Subject) -> None:
    if subject.target.scheme != "basic":
        raise NotApplicable(say("authorization_type is not basic"))


def _own_header(subject: Subject) -> None:
    if not (isinstance(subject.target.auth, HttpAuth) and subject.target.auth.header):
        raise NotApplicable(say("the key is sent as Authorization, not in a custom header"))


def _closed(subject: Subject) -> None:
    if subject.target.mcp is not None and subject.target.mcp.is_open:
        raise NotApplicable(say("the server answers some messages without a token"))


MEETINGS: Mapping[str, Callable[[Subject], None]] = MappingProxyType(
    {
        "login": _login,
        "callback": _callback,
        "second-client": _second_client,
        "access-revocation": _access_revocation,
        "second-user": _second_user,
        "refresh": _refresh,
        "slow": _slow,
        "opt-in": _opt_in,
        "short-lifetime": _short_lifetime,
        "pkce": _pkce,
        "public-client": _public_client,
        "jwt": _jwt,
        "https": _https,
        "localhost": _localhost,
        "special-secret": _special_secret,
        "odd-secret": _odd_secret,
        "second-callback": _second_callback,
        "basic-scheme": _basic_scheme,
        "own-header": _own_header,
        "doc-host": require_documents,
        "closed": _closed,
    }
)
"""`deny` and `narrow-scope` show only while the steps run."""
