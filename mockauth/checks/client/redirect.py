"""What a client sends where it is redirected to another host."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.client.credentials import secret_carried
from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.words import own, say


def nothing_elsewhere(visit: Visit) -> Iterator[Finding | Seen]:
    """No secret, code or token reaches the other host."""
    redirected = [e for e in visit.exchanges if _leads_elsewhere(visit, e)]
    if not redirected:
        raise Blocked(say("the client did not get as far as the redirect{}", visit.where))
    secrets = dict.fromkeys(visit.client_secrets, "client secret") | visit.issued_in_words()
    secrets |= dict.fromkeys(visit.codes(), "code")
    found = [(e, kind) for e in visit.strays if (kind := secret_carried(e, secrets))]
    for exchange, kind in found:
        yield Finding(
            expected=say("nothing secret to another host"),
            actual=say("the {}{}", own(kind), visit.where),
            at=visit.terms.elsewhere,
            exchanges=(redirected[0].n, exchange.n),
        )
    if not found:
        said = say("followed without a secret") if visit.strays else say("not followed")
        yield Seen(actual=said + visit.where, exchanges=(redirected[0].n,))


def _leads_elsewhere(visit: Visit, exchange: Exchange) -> bool:
    location = exchange.answer.header("Location") or ""
    return location.startswith(visit.terms.elsewhere + "/")
