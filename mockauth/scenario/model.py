"""A probe as values: an ordinary flow with one mutation, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from mockauth.checks.rule import Rule
from mockauth.profiles.mcp import Revision
from mockauth.wire import Pairs

Do = Literal[
    "authorize", "token", "refresh", "api", "endpoint", "wait", "handshake",
    "discover", "register", "document", "tool", "revoke", "introspect",
]  # fmt: skip
DOES: tuple[Do, ...] = get_args(Do)
At = Literal["manifest", "openapi", "authorize", "token", "api", "resource", "server", "unknown"]

Statuses = Annotated[tuple[str, ...], "statuses"]
"""Such as `("400", "5xx")`."""
Alterations = Annotated[Pairs, "alterations"]
"""(parameter or header, alteration): see `scenario/alterations.py`."""
Copies = Annotated[int, "copies"]
Seconds = Annotated[int, "seconds"]
Header = tuple[str, tuple[str, ...] | None]
HeaderTexts = Annotated[tuple[Header, ...], "header_texts"]
"""(header, what it must hold); None for a header that must not be there."""


@dataclass(frozen=True, kw_only=True)
class FormChange:
    """What is changed in a form of the pages, just before it is sent.

    `last` is the form whose submission ends at the callback; `login` is one with a password that
    another page follows.
    """

    which: Literal["last", "login"]
    """`last`: the one that ends at the callback. `login`: the one with the password."""
    without: tuple[Literal["token", "cookies"], ...] = ()
    """`token`: every hidden field and address part that an attacker could not know."""
    borrowed: bool = False
    """Sent with the address and the hidden fields of another browser's form; then once more
    without each token of these."""


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How a client ID metadata document is served. Its members are altered by `change`."""

    status: Literal["200", "404", "500"] = "200"
    """The status of the answer."""
    media_type: str = "application/json"
    """The Content-Type of the answer."""
    body: str | None = None
    """What is served in place of the document."""
    moved: bool = False
    """The address redirects to where the document is."""
    padded: bool = False
    """Ten megabytes of blanks follow the document."""
    address: Literal["", "no-path", "dots", "fragment", "user", "private"] = ""
    """What is wrong with the address: no path, dots as a segment, a fragment, a user name, a host that
    only programs of that machine can ask."""
    keys: Literal["", "published", "private", "renewed", "at-private-address"] = ""
    """The client proves itself by a key. `published`: its jwks_uri leads to the public key. `private`: the
    document holds the private key. `renewed`: another key stands at the jwks_uri of the document before.
    `at-private-address`: jwks_uri has a host that only programs of that machine can ask."""
    again: bool = False
    """It stands at the address of the document before."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One mutation of one message. Values may hold `${…}` references."""

    set: Pairs = ()
    """Parameters that are set, by name."""
    remove: tuple[str, ...] = ()
    """Parameters that are left out."""
    twice: Pairs = ()
    """Parameters that are sent a second time, with this value."""
    alter: Alterations = ()
    """Parameters or headers whose value is changed in this way."""
    query: Pairs = ()
    """Added to the query, whether there is a body or not."""
    headers: tuple[tuple[str, str | None], ...] = ()
    """Headers that are set; null takes one away."""
    encoding: Literal["", "form", "json", "query"] = ""
    """How the parameters are sent, where it is not as the manifest says."""
    method: str = ""
    """The HTTP method."""
    auth: Literal["", "post", "basic", "none", "both"] = ""
    """How the client proves itself: in the body, by Basic, not at all, or both ways."""
    raw: str | None = None
    """The whole body, as it stands here."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """Members of the JSON body of a registration, a client document or an MCP message; `remove` takes members
    out."""
    reverse: bool = False
    """The parameters in the opposite order."""
    plain_http: bool = False
    """http:// instead of https://."""
    form: FormChange | None = None
    """What is changed in a form of the pages, just before it is sent."""
    assertion: Literal[
        "", "none", "for-endpoint", "for-issuer", "wrong-audience", "expired", "other-issuer",
        "other-subject", "unsigned", "foreign-key", "again",
    ] = ""  # fmt: skip
    """What is wrong with the assertion of a client with keys, or whom it is for. `again`: the one that was
    sent before. `none`: there is none."""
    onward: str = ""
    """Where each `next`-like parameter of the login page is pointed to."""

    @property
    def is_empty(self) -> bool:
        """No mutation at all: an ordinary message."""
        return self == Change()


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What must come back. `verdict` knows every legal refusal; the rest is read besides."""

    verdict: Literal["", "refused", "accepted", "either"] = ""
    """`either`: both are right, and what came is noted."""
    status: Statuses = ()
    """What the status must be, such as 400 or 5xx; one or a list."""
    tolerated: Statuses = ()
    """Statuses that real, correct servers give instead: broken, but a warning at most."""
    tolerated_unless: Literal["", "scope-empty", "scope-without-openid", "another-token"] = ""
    """`scope-empty`: a warning at most, unless the manifest's scope is empty, which is when ChatGPT
    sends it so. `scope-without-openid`: a warning at most, unless the request is plain OAuth.
    `another-token`: a warning at most, unless a refresh token comes that no earlier step got: a client
    that lost the first answer may get it again."""
    tolerated_always: bool = False
    """Real, correct servers do otherwise: a warning at most."""
    or_error: tuple[str, ...] = ()
    """Errors at the callback, or of a revocation, that are as good as acceptance."""
    or_refused_as: str = ""
    """A step whose refusal this one may share, unless the manifest's scope is empty."""
    redirect_to: Literal["", "callback", "away", "none", "nowhere-new"] = ""
    """`callback`: must end there. `away`: must leave the site. `none`: must not leave the site at all. `nowhere-new`: no
    redirect off the site but to the registered callback, untouched."""
    params: Pairs = ()
    """Parameters of the callback that must equal these values: `same` is the state that was sent,
    `a|b` is one of the two."""
    absent: tuple[str, ...] = ()
    """Parameters that the callback must not have."""
    once: tuple[str, ...] = ()
    """Parameters of the callback that may come once at most, and not with a value that was sent."""
    query: Literal["", "kept"] = ""
    """`kept`: the query of the redirect_uri came back."""
    page: Literal["", "shown", "escaped", "client-host", "redirect-host", "warning"] = ""
    """`shown`: the user saw a page before the callback. `escaped`: no page on the way has an element
    that was sent as text. `client-host`, `redirect-host`: a page shows that host. `warning`: the pages
    say something, as they did at the step before, that they did not say at the first step."""
    fetched: Literal["", "document-only"] = ""
    """`document-only`: the server has not asked for what it must leave alone."""
    error: tuple[str, ...] = ()
    """What `error` of a JSON answer must be."""
    rpc_error: tuple[int, ...] = ()
    """What the code of a JSON-RPC error must be."""
    registered: Pairs = ()
    """What these members of the answer to a registration must be, where it has them."""
    headers: HeaderTexts = ()
    """Texts that a header must hold, in any letter case (`*` holds all); null: no such header."""
    members: tuple[str, ...] = ()
    """Members of a JSON-RPC answer that must be there and hold something, such as
    `error.data.supported`."""
    active: Literal["", "true", "false", "alone"] = ""
    """What `active` of an introspected token is, as JSON and not as text. `alone`: nothing stands beside it."""
    rpc_id: Literal["", "echoed", "in-result"] = ""
    """`echoed`: a JSON-RPC answer has the id of the message. `in-result`: where it is a result."""
    version: Literal["", "not-invented", "listed"] = ""
    """`not-invented`: the result does not agree on the version 2099-01-01. `listed`: the refusal of a
    version lists 2026-07-28 as supported."""
    session: Literal["", "unguessable"] = ""
    """`unguessable`: the session that came is long, and unlike the other sessions of the run."""
    audience: Literal["", "checked", "bound", "mapped", "granted"] = ""
    """What an acceptance shows where the token was asked for another resource. `checked`: the server
    looks at the audience. `bound`: the token is good for no other resource than was asked for.
    `mapped`: it may be for this server. `granted`: it is still for the resource that was granted.
    What cannot be told is blocked."""
    challenge: Literal["", "well-formed", "without-error", "in-tool"] = ""
    """What WWW-Authenticate is. `in-tool`: the result of the tool has one, with all that ChatGPT
    reads."""
    body: Literal["", "no-page"] = ""
    """`no-page`: the body is no HTML page."""
    scope: Literal["", "unchanged", "no-wider"] = ""
    """The scope of a token answer against the one that was granted."""
    like: str = ""
    """A step whose answer had the same status and media type."""
    same_body_as: str = ""
    """A step whose answer had the same body."""
    other_body_than: str = ""
    """A step of another user whose data must not be in this answer."""
    answers: Literal["", "browser", "token-endpoint", "stream", "no-stream"] = ""
    """What kind of endpoint it must be. `stream`: a stream of events, or a refusal of the method;
    `no-stream`: no stream of events."""
    winners: Literal["", "one", "any"] = ""
    """How many of the parallel requests may be accepted."""
    tls: tuple[str, ...] = ()
    """The versions of TLS, one of which must be agreed on."""
    certificate: Literal["", "trusted"] = ""
    """`trusted`: a certificate that clients trust."""

    @property
    def is_empty(self) -> bool:
        """Nothing is expected: the step only prepares the next one."""
        return self == Expect()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message of a probe. Without a change it is sent as ChatGPT would send it."""

    do: Do
    """What is sent, or `wait`."""
    name: str = ""
    """What later steps call it; `do` when the file gives none."""
    code: str = ""
    """Which code `token` exchanges: `${NAME.request.code}` is the one that an earlier token step
    sent, `${NAME.response.code}` the one that came of an earlier authorize step. A fresh one where
    no step has had a code yet."""
    change: Change = Change()
    """What is changed in the ordinary message."""
    expect: Expect = Expect()
    """What must come back; without it the step only prepares the next one."""
    given: Literal[
        "accepted",
        "refused",
        "feature",
        "unless-refused",
        "unless-kept",
        "rotated",
        "not-rotated",
        "repeatable",
        "other-data",
        "foreign-resource",
        "any",
    ] = "accepted"
    """What a step without `expect` must lead to, else the probe is blocked. `feature`, `rotated`
    and `not-rotated`: else the probe is n/a. `unless-refused`: a refusal is what the whole
    probe is after. `unless-kept`: a registration for the method that was asked for is that. `repeatable`: all its copies get the same answer. `other-data`: it is refused,
    or gets other data than the first step. `foreign-resource`: it is accepted, else the question is
    for a second MCP server."""
    control: Change = Change()
    """What the control exchange has beside the ordinary message."""
    otherwise: Change = Change()
    """A second way that is as good: sent where the first was refused and acceptance is due."""
    no_control: bool = False
    """What comes of it is judged as it is: the rule is about what it does to the server."""
    client: Literal["first", "second", "registered"] = "first"
    """Which client asks. `registered`: the one that the last `register` or `document` step made, by the
    method that it was registered for."""
    user: Literal[
        "first", "second", "wrong-password", "password-in-other-case", "no-password", "markup"
    ] = "first"
    """`wrong-password`: the first, with another password, such as the right one in other letter case
    (`password-in-other-case`) or none (`no-password`). `markup`: one whose name is HTML."""
    session: Literal["kept", "fresh"] = "kept"
    """`fresh`: a browser of its own, without the earlier one's cookies."""
    decision: Literal["allow", "deny"] = "allow"
    """What the user answers at the consent page."""
    repeat: Copies = 1
    """How many times it is sent; the last answer is judged."""
    keep_connection: bool = False
    """The next request goes over the same connection, although this one may be refused."""
    at_once: bool = False
    """The copies are sent in parallel, three rounds of them; all answers are judged."""
    serve: Serving = Serving()
    """How `document` serves the document."""
    at: At = "authorize"
    """Which endpoint `endpoint` asks, with one request that follows nothing. `unknown`: a well-known
    address that nobody has."""
    method: str = ""
    """The JSON-RPC method that `tool` sends; the ordinary call where the file gives none."""
    claims: str = ""
    """The version that a `tool` message names, whatever was agreed on."""
    speaks: Literal["", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] = ""
    """The revision in whose manner a `tool` message is written; the one that was agreed on where the
    file names none."""
    revisions: tuple[Revision, ...] = ()
    """In which revisions of MCP the step is taken; all of them where the file names none."""
    operation: Literal["chosen", "every", "owned", "scoped"] = "chosen"
    """Which operation `api` calls. `every`: all of them, without a token. `owned`: one object of
    the first user. `scoped`: one that needs a scope which `${narrow.scope}` has not."""
    optional: bool = False
    """Left out where a reference of it leads nowhere."""
    seconds: Seconds = 0
    """How long `wait` waits."""
    until: Literal["", "access-token-expires"] = ""
    """What `wait` waits for, besides its `seconds`."""


Answers = tuple[tuple[str, Expect], ...]
"""(probe, what must be in its answers that refused)."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A scenario file: a rule and the steps that put it to the test, once per variant.

    With `answers_of` it sends nothing: it judges what other probes brought about.
    """

    rule: Rule
    steps: tuple[Step, ...]
    variants: tuple[Mapping[str, str], ...]
    file: str
    destructive: bool = False
    """Sent after the others: it burns codes or tokens, or may lock somebody out."""
    after: tuple[str, ...] = ()
    """Rules that, broken, explain what this probe would find: then it does not apply."""
    answers_of: Answers = ()
    when: Statuses = ()
    """Which statuses of those answers are looked at; all refusals when empty."""
