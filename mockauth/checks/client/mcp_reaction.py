"""What a client of an MCP server does next: one judge for each word that a scenario file may expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mockauth.checks.client.callback import stops
from mockauth.checks.client.reaction import Reaction, check_new
from mockauth.checks.client.visit import INSECURE, Visit
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import challenges
from mockauth.manifest.mcp import OFFLINE
from mockauth.wire import Exchange
from mockauth.wire.message import every, first
from mockauth.wire.url import origin, path_of
from mockauth.wire.words import own, say

AUTHORIZE = say("authorize endpoint")
TOKEN = say("token endpoint")
API = say("MCP server")
MOST_STEP_UPS = 3
MOST_REFUSED = 12
"""How often a client may send a call that is refused for its scope, whatever else it does."""
SESSION = "Mcp-Session-Id"
MARK = "document=refused"
"""What the addresses in a document end in that must not be used: a client may know them otherwise."""
ERROR = "moon_in_wrong_phase"
SHOWN = (ERROR, "call the number on this page")
"""What of an error must not be shown."""


def no_login(visit: Visit) -> Iterator[Finding | Seen]:
    """The client reads the document and begins no login: it says that it cannot."""
    read = _documents(visit)
    begun = [*visit.authorizes, *visit.tokens]
    yield from _judged_without_login(visit, read, begun)


def document_unused(visit: Visit) -> Iterator[Finding | Seen]:
    """The addresses of the document are not used."""
    read = _documents(visit)
    used = [e for e in visit.exchanges if MARK in e.request.target]
    if not used and visit.authorizes:
        yield Seen(actual=say("other addresses were used{}", visit.where), exchanges=(read.n,))
        return
    yield from _judged_without_login(visit, read, used)


def _judged_without_login(
    visit: Visit, read: Exchange, begun: list[Exchange]
) -> Iterator[Finding | Seen]:
    if begun:
        yield Finding(
            expected=say("no login, and words or a status that say why"),
            actual=say("a login was begun all the same{}", visit.where),
            at=AUTHORIZE,
            exchanges=(read.n, begun[0].n),
        )
    elif not (visit.says_failure or visit.timed_out):
        yield Finding(
            expected=say("a status other than 0, or words, to say that the sign-in failed"),
            actual=say("{}{}", visit.words, visit.where),
            exchanges=(read.n,),
            tolerated=True,
        )
    else:
        yield Seen(actual=say("no login; {}{}", visit.words, visit.where), exchanges=(read.n,))


def _documents(visit: Visit) -> Exchange:
    """The last document that the client read before a login.

    Raises:
        Blocked: it read none.
    """
    until = min([e.n for e in visit.authorizes], default=None)
    read = [e for e in visit.metadata if e.answer.ok and (until is None or e.n < until)]
    if not read:
        raise Blocked(say("the client read no metadata{}; {}", visit.where, visit.words))
    return read[-1]


def finds(visit: Visit) -> Iterator[Finding | Seen]:
    """The client finds the authorization server, and signs in."""
    if served := visit.served():
        yield Seen(actual=say("found{}", visit.where), exchanges=(served[0].n,))
        return
    if visit.authorizes:
        raise Blocked(
            say("found, but the sign-in did not end well{}; {}", visit.where, visit.words)
        )
    if not visit.opened:
        raise Blocked(say("the client did not come to the MCP server{}", visit.where))
    _check_ended(visit)
    asked = visit.metadata
    last = asked[-1] if asked else visit.opened[-1]
    yield Finding(
        expected=say("a login at the authorization server that is named there"),
        actual=say(
            "none; the last that was asked for is {}{}", path_of(last.request.url), visit.where
        ),
        at=AUTHORIZE,
        exchanges=(last.n,),
    )


def proceeds(visit: Visit) -> Iterator[Finding | Seen]:
    """The client takes the callback, and goes on to the MCP server."""
    if not visit.callbacks:
        raise Blocked(say("the client did not come as far as a callback{}", visit.where))
    landed = visit.callbacks[-1]
    if served := visit.served():
        yield Seen(actual=say("it went on{}", visit.where), exchanges=(landed.n, served[0].n))
    else:
        _check_ended(visit)
        yield Finding(
            expected=say("the sign-in goes on"),
            actual=say("{}{}", visit.words, visit.where),
            exchanges=(landed.n, *(e.n for e in visit.tokens[:1])),
        )


def nothing_insecure(visit: Visit) -> Iterator[Finding | Seen]:
    """Nothing is sent to an address by http that is not of this machine."""
    if not visit.metadata:
        raise Blocked(say("the client read no metadata{}", visit.where))
    sent = [e for e in visit.exchanges if INSECURE in e.request.url]
    numbers = (visit.metadata[-1].n,)
    if sent:
        yield Finding(
            expected=say("no request by http to a host that is no loopback address"),
            actual=say("one came{}", visit.where),
            at=path_of(sent[0].request.url).removeprefix(INSECURE),
            exchanges=(*numbers, sent[0].n),
        )
    elif not (visit.says_failure or visit.timed_out):
        raise Blocked(say("nothing came there, and the client says nothing; {}", visit.words))
    else:
        yield Seen(actual=say("nothing was sent there{}", visit.where), exchanges=numbers)


def error_unshown(visit: Visit) -> Iterator[Finding | Seen]:
    """The client acts on nothing of an error that another server sent, and shows nothing of it."""
    # The address of a callback in a log is no message to the user.
    told = "".join(ending.output.replace(f"error={ERROR}", "") for ending in visit.endings)
    if shown := next((word for word in SHOWN if word in told), ""):
        yield Finding(
            expected=say("nothing of an error that comes from another issuer"),
            actual=say("{} is shown{}", own(shown), visit.where),
            exchanges=(visit.callbacks[-1].n,) if visit.callbacks else (),
        )
        return
    yield from stops(visit)


def scope_of_challenge(visit: Visit) -> Iterator[Finding | Seen]:
    """The scope of the challenge is asked for, whatever the metadata lists."""
    yield from _scope(visit, _challenged(visit))


def scope_of_resource(visit: Visit) -> Iterator[Finding | Seen]:
    """Where the challenge names no scope, all that the metadata of the resource lists is asked for."""
    documents = [e for e in visit.metadata if "scopes_supported" in e.answer.members]
    named = [e for e in documents if "resource" in e.answer.members]
    if not named:
        raise Blocked(say("the client did not read the metadata of the resource{}", visit.where))
    yield from _scope(visit, set(map(str, named[0].answer.members["scopes_supported"])))


def scope_absent(visit: Visit) -> Iterator[Finding | Seen]:
    """Where nothing names a scope, none is asked for."""
    yield from _scope(visit, set())


def _scope(visit: Visit, wanted: set[str]) -> Iterator[Finding | Seen]:
    asked = _first_login(visit)
    sent = set((first(asked.request.all_query, "scope") or "").split())
    told = " ".join(sorted(wanted)) or say("no scope")
    if sent - {OFFLINE} == wanted:
        yield Seen(actual=say("{}{}", told, visit.where), at=AUTHORIZE, exchanges=(asked.n,))
    else:
        yield Finding(
            expected=told,
            actual=say("{}{}", " ".join(sorted(sent)) or say("no scope"), visit.where),
            at=AUTHORIZE,
            exchanges=(asked.n,),
        )


def _challenged(visit: Visit) -> set[str]:
    """The scopes that the first challenge names."""
    for exchange in visit.opened:
        if named := _scope_named(exchange):
            return named
    raise Blocked(say("the client met no challenge{}", visit.where))


def _scope_named(exchange: Exchange) -> set[str]:
    """The scopes that the challenges of an answer name."""
    params = tuple(pair for one in challenges(exchange.answer) for pair in one.params)
    return set(" ".join(every(params, "scope")).split())


def no_offline_access(visit: Visit) -> Iterator[Finding | Seen]:
    """offline_access is not asked for where the server does not list it."""
    asked = _first_login(visit)
    sent = (first(asked.request.all_query, "scope") or "").split()
    if OFFLINE in sent:
        yield Finding(
            expected=say("no offline_access"),
            actual=" ".join(sent),
            at=AUTHORIZE,
            exchanges=(asked.n,),
        )
    else:
        yield Seen(actual=say("not asked for"), at=AUTHORIZE, exchanges=(asked.n,))


def step_up_union(visit: Visit) -> Iterator[Finding | Seen]:
    """After a 403 the client asks for the scope that it had and the one that is missing."""
    refused = _too_narrow(visit)
    later = [e for e in visit.authorizes if e.n > refused.n]
    before = [e for e in visit.authorizes if e.n < refused.n]
    if not later:
        _check_ended(visit)
        yield Finding(
            expected=say("a new authorization, with the scope that is missing"),
            actual=say("none; {}", visit.words),
            at=API,
            exchanges=(refused.n,),
        )
        return
    had = set((first(before[-1].request.all_query, "scope") or "").split()) if before else set()
    wanted = (had | _scope_named(refused)) - {OFFLINE}
    sent = set((first(later[0].request.all_query, "scope") or "").split())
    numbers = (refused.n, later[0].n)
    if wanted <= sent:
        told = " ".join(sorted(sent))
        yield Seen(actual=told, at=AUTHORIZE, exchanges=numbers)
    else:
        yield Finding(
            expected=" ".join(sorted(wanted)),
            actual=" ".join(sorted(sent)) or say("no scope"),
            at=AUTHORIZE,
            exchanges=numbers,
        )


def few_step_ups(visit: Visit) -> Iterator[Finding | Seen]:
    """Where a call is refused for its scope whatever is granted, the client gives up."""
    refused = _too_narrow(visit)
    later = [e for e in visit.logins if e.n > refused.n]
    again = [e for e in visit.calls if e.answer.status == 403]
    if len(later) > MOST_STEP_UPS or len(again) > MOST_REFUSED:
        yield Finding(
            expected=say("{} new authorizations at most", MOST_STEP_UPS),
            actual=say("{}, and {} calls that were refused", len(later), len(again)),
            at=API,
            exchanges=(refused.n, (later or again)[-1].n),
        )
        return
    _check_ended(visit)
    yield Seen(actual=say("{} new authorizations", len(later)), exchanges=(refused.n,))


def registers(visit: Visit) -> Iterator[Finding | Seen]:
    """Where the server takes no documents and offers registration, the client registers."""
    asked = _first_login(visit)
    name = first(asked.request.all_query, "client_id") or ""
    numbers = (*(e.n for e in visit.registrations[:1]), asked.n)
    if name and "://" not in name and visit.callbacks:  # the mock knows it
        yield Seen(actual=say("registered{}", visit.where), exchanges=numbers)
    else:
        yield Finding(
            expected=say("a client_id that the server has given"),
            actual=say("{}{}", name or say("none"), visit.where),
            at=AUTHORIZE,
            exchanges=numbers,
        )


def names_document(visit: Visit) -> Iterator[Finding | Seen]:
    """Where the server takes documents alone, the client names its own, or says that it has none."""
    if visit.opened and not visit.authorizes:
        raise NotApplicable(say("the client has no document{}", visit.where))
    check_new(visit)
    asked = _first_login(visit)
    name = first(asked.request.all_query, "client_id") or ""
    if "://" in name or (visit.terms.client_id and name == visit.terms.client_id):
        yield Seen(actual=say("{}{}", name, visit.where), at=AUTHORIZE, exchanges=(asked.n,))
    else:
        yield Finding(
            expected=say("the address of a client ID metadata document"),
            actual=say("{}{}", name or say("no client_id"), visit.where),
            at=AUTHORIZE,
            exchanges=(asked.n,),
        )


def credentials_bound(visit: Visit) -> Iterator[Finding | Seen]:
    """At a new authorization server the client registers anew, or stops: nothing of the old one goes
    there."""
    there = [e for e in visit.exchanges if origin(e.request.url) == visit.terms.elsewhere]
    used = [e for e in there if e.step in ("authorize", "token", "refresh")]
    if not used:
        yield _stopped_before(visit)
        return
    given = {"", *visit.registered_at(visit.terms.elsewhere)}
    carried = [e for e in used if "://" not in _client_id(e) and _client_id(e) not in given]
    old = visit.issued().keys() - _issued_at(there)
    leaked = [e for e in there if any(token in _sent(e) for token in old)]
    if carried or leaked:
        exchange = (carried or leaked)[0]
        yield Finding(
            expected=say("a registration at the new server, or the address of a document"),
            actual=say("the client_id of the old one")
            if carried
            else say("a token of the old one"),
            at=AUTHORIZE if exchange.step == "authorize" else TOKEN,
            exchanges=(exchange.n,),
        )
    else:
        yield Seen(actual=say("its own credentials"), exchanges=(used[0].n,))


def _stopped_before(visit: Visit) -> Seen:
    """What a client without credentials for the new server has done: it learned of it, and gave up.

    Raises:
        Blocked: it did not get as far, or does not say that it has given up.
    """
    moved = [visit.terms.elsewhere]
    there = [e for e in visit.metadata if e.answer.members.get("authorization_servers") == moved]
    if not there or visit.timed_out or not visit.says_failure:
        raise Blocked(say("the client did not go to the new authorization server; {}", visit.words))
    return Seen(actual=say("nothing was sent there; {}", visit.words), exchanges=(there[0].n,))


def other_version(visit: Visit) -> Iterator[Finding | Seen]:
    """A client of the newest revision speaks an older one where the server does."""
    newest = [e for e in visit.exchanges if e.request.header("Mcp-Method")]
    if not visit.opened:
        raise Blocked(say("the client did not come to the MCP server"))
    if not newest:
        raise NotApplicable(say("the client does not speak 2026-07-28"))
    if served := visit.served():
        yield Seen(actual=say("it went on with an older one"), exchanges=(served[0].n,))
    else:
        _check_ended(visit)
        yield Finding(
            expected=say("initialize, after server/discover was refused"),
            actual=visit.words,
            at=API,
            exchanges=(newest[0].n,),
        )


def session_kept(visit: Visit) -> Iterator[Finding | Seen]:
    """Once the server has given a session, every request carries it."""
    begun = [e for e in visit.calls if e.answer.ok and e.answer.header(SESSION)]
    later = [e for e in visit.calls if begun and e.n > begun[0].n and _needs_session(e)]
    if not later:
        raise Blocked(
            say("the client sent nothing after initialize{}; {}", visit.where, visit.words)
        )
    lost = [e for e in later if not e.request.header(SESSION)]
    if lost:
        yield Finding(
            expected=say("the session in the header Mcp-Session-Id"),
            actual=say("none"),
            at=API,
            exchanges=(begun[0].n, lost[0].n),
        )
    else:
        yield Seen(actual=say("in {} requests", len(later)), exchanges=(begun[0].n, later[0].n))


def _needs_session(exchange: Exchange) -> bool:
    return exchange.request.param("method") != "initialize"


MCP_REACTIONS: Mapping[str, Reaction] = MappingProxyType(
    {
        "no-login": no_login,
        "document-unused": document_unused,
        "found": finds,
        "proceeds": proceeds,
        "nothing-insecure": nothing_insecure,
        "error-unshown": error_unshown,
        "scope-of-challenge": scope_of_challenge,
        "scope-of-resource": scope_of_resource,
        "scope-absent": scope_absent,
        "no-offline-access": no_offline_access,
        "step-up-union": step_up_union,
        "few-step-ups": few_step_ups,
        "registers": registers,
        "names-document": names_document,
        "credentials-bound": credentials_bound,
        "other-version": other_version,
        "session-kept": session_kept,
    }
)
"""By the word that stands under `expect: next` in a scenario file."""


def _check_ended(visit: Visit) -> None:
    """What a client has not done yet it may do in the next second.

    Raises:
        Blocked: its time ran out.
    """
    if visit.timed_out:
        raise Blocked(say("{}{} (--timeout)", visit.words, visit.where))


def _first_login(visit: Visit) -> Exchange:
    if not visit.authorizes:
        raise Blocked(
            say("the client did not come to the authorize endpoint{}; {}", visit.where, visit.words)
        )
    return visit.authorizes[0]


def _too_narrow(visit: Visit) -> Exchange:
    """The first call that was refused for its scope."""
    refused = [e for e in visit.calls if e.answer.status == 403]
    if not refused:
        raise Blocked(
            say("no call was refused for its scope: let the command call a tool; {}", visit.words)
        )
    return refused[0]


def _client_id(exchange: Exchange) -> str:
    request = exchange.request
    return first(request.all_query, "client_id") or request.param("client_id") or ""


def _sent(exchange: Exchange) -> str:
    """Where a request may carry a token."""
    request = exchange.request
    body = request.body.decode("utf-8", "replace")
    return "\n".join([request.target, body, *(value for _, value in request.headers)])


def _issued_at(exchanges: list[Exchange]) -> set[str]:
    members = [e.answer.members for e in exchanges]
    return {
        str(m[name]) for m in members for name in ("access_token", "refresh_token") if name in m
    }
