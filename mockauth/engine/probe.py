"""Runs a probe: fresh code, one mutation, and a control exchange that tells what caused what.

| altered request | control | verdict |
|---|---|---|
| refused, refusal due | same code accepted | pass, proven |
| refused, refusal due | same code refused, a fresh one accepted | pass, likely |
| refused, refusal due | the fresh one refused as well | blocked |
| accepted, refusal due | – | broken |
| refused, acceptance due | fresh and unaltered accepted | broken |
| 5xx or broken off | accepted | pass, likely, for a refusal; broken for an acceptance |
| 429 | – | blocked, the server is left alone |
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from mockauth.browser.landing import Landing
from mockauth.chatgpt.api import api_request, authorization_header
from mockauth.chatgpt.authorize import Pending, authorization_request
from mockauth.chatgpt.token import Grant, refresh_request, token_request
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.rule import Rule
from mockauth.engine.mutation import mutate
from mockauth.engine.outcome import (
    Outcome,
    api_outcome,
    authorize_outcome,
    left_for,
    token_outcome,
)
from mockauth.engine.run import Confidence, Result
from mockauth.engine.subject import Subject
from mockauth.engine.verdict import conclude
from mockauth.profiles import Level
from mockauth.scenario.model import Probe, Step
from mockauth.scenario.reference import expand
from mockauth.wire import Exchange, Request
from mockauth.wire.message import first
from mockauth.wire.url import hostname, without_query

Said = list[Finding | Seen]
ENDPOINTS = {
    "authorize": "/auth/client_url",
    "token": "/auth/authorization_url",
    "refresh": "/auth/authorization_url",
}


def run_probe(probe: Probe, subject: Subject, level: Level) -> Result:
    """Judge one probe that binds, all its variants. Nothing a server does makes it raise."""
    trials = [_Trial(subject=subject, probe=probe, variant=variant) for variant in probe.variants]
    result = conclude(probe.rule, level, _said(probe.rule, subject, trials), "proven")
    likely = any(trial.confidence == "likely" for trial in trials)
    return replace(result, confidence="likely") if likely and result.confidence else result


def _said(rule: Rule, subject: Subject, trials: list[_Trial]) -> Iterator[Finding | Seen]:
    _require(rule, subject)
    for trial in trials:
        yield from trial.run()


def _require(rule: Rule, subject: Subject) -> None:
    """Raise `Blocked` or `NotApplicable` when a need of the rule is not met."""
    given = subject.given
    if "second-client" in rule.needs and not (given.other_client_id and given.other_client_secret):
        option = "--other-client-id and --other-client-secret"
        raise Blocked(f"needs a second client: give {option}", by_option=option)
    if "second-user" in rule.needs and not (given.other_username or given.other_token):
        option = "--other-username and --other-password"
        raise Blocked(f"needs a second user: give {option}", by_option=option)
    for need in ("slow", "narrow-scope"):
        if need in rule.needs:
            raise Blocked(f"needs {need}, which is not in this release")
    oauth = subject.auth is not None and subject.auth.type == "oauth"
    if oauth and "login" in rule.needs and not subject.grant.access_token:
        raise Blocked("the ordinary flow got no token (see token.exchange-works)")
    if "refresh" in rule.needs and not subject.grant.refresh_token:
        raise NotApplicable("the server issues no refresh token")


@dataclass
class _Trial:
    """One variant of a probe, from fresh material to its verdict."""

    subject: Subject
    probe: Probe
    variant: Mapping[str, str]
    confidence: Confidence = "proven"
    code: str = ""
    grant: Grant = field(default_factory=Grant)
    done: dict[str, Exchange] = field(default_factory=dict)
    is_ordinary: bool = False
    """The mutation changed nothing: the target is asked for just this anyway."""

    def run(self) -> Said:
        said: Said = []
        for step in self.probe.steps:
            with self.subject.during("altered", self.probe.rule.id):
                said += self._step(step)
        return said

    def _step(self, step: Step) -> Said:
        if step.do == "authorize":
            return self._authorize(step)
        exchanges = [self._send(step) for _ in range(step.repeat)]
        self.done[step.name] = exchanges[-1]
        exchange = exchanges[-1]
        read = api_outcome if step.do in ("api", "endpoint") else token_outcome
        return self._judge(step, exchange, read(exchange), exchange.outcome)

    def _send(self, step: Step) -> Exchange:
        if step.do == "token":
            return self._token(step)
        if step.do == "refresh":
            return self._refresh(step)
        return self._api(step)

    def _token(self, step: Step) -> Exchange:
        replaced = {name for name, _ in step.change.set} | set(step.change.remove)
        if not self.code and ("code" not in replaced or "login" in self.probe.rule.needs):
            with self.subject.during("supply"):
                self.code = self.subject.fresh_code(user=step.user)
            if not self.code:
                raise Blocked("no fresh code could be had for this probe")
        client = self.subject.client
        if step.client == "second":
            client = self.subject.second_client()
        assert client is not None  # noqa: S101 - probes of oauth only
        request = token_request(client, self.code, client.redirect_uri)
        return self.subject.driver.send(mutate(request, step.change, self._lookup), "token")

    def _refresh(self, step: Step) -> Exchange:
        if not self.grant.refresh_token and "login" in self.probe.rule.needs:
            self.grant = self.subject.fresh_grant()
            if not self.grant.refresh_token:
                raise Blocked("no fresh refresh token could be had for this probe")
        client = self.subject.client
        if step.client == "second":
            client = self.subject.second_client()
        assert client is not None  # noqa: S101 - probes of oauth only
        request = refresh_request(client, self.grant.refresh_token)
        return self.subject.driver.send(mutate(request, step.change, self._lookup), "refresh")

    def _api(self, step: Step) -> Exchange:
        if not self.subject.operation:
            raise Blocked(
                "no operation to call: the OpenAPI document has no GET without required "
                "parameters; name one with --operation",
                by_option="--operation",
            )
        sends_token = not any(n.lower() == "authorization" for n, _ in step.change.headers)
        header = None
        if sends_token or "login" in self.probe.rule.needs:
            header = authorization_header(self.subject.scheme, self._lookup("access_token"))
        request = api_request(self.subject.operation.method, self.subject.api_url, header)
        return self.subject.driver.send(mutate(request, step.change, self._lookup), "api")

    def _authorize(self, step: Step) -> Said:
        client = self.subject.client
        assert client is not None  # noqa: S101 - probes of oauth only
        pending = self.subject.pending()
        base = authorization_request(client, pending)
        request = mutate(base, step.change, self._lookup)
        tested = first(request.query, "redirect_uri") or first(request.params, "redirect_uri")
        uris = tuple(dict.fromkeys(filter(None, (pending.redirect_uri, tested))))
        landing = self.subject.authorize(
            request, uris, fresh=step.session == "fresh", decision=step.decision, user=step.user
        )
        if landing.no_deny:
            raise NotApplicable("the consent page has no way to refuse")
        exchange = landing.page
        assert exchange is not None  # noqa: S101 - a visit records at least one exchange
        self.done[step.name] = exchange
        if step.expect.redirect_to in ("nowhere-new", "none"):
            return self._nowhere_new(step, landing, exchange, pending)
        outcome = authorize_outcome(landing)
        self.is_ordinary = request == base
        said = self._judge(step, exchange, outcome, landing.describe())
        if step.expect.redirect_to == "callback" and landing.outcome != "callback":
            wrong = f"instead of the callback, {landing.describe()}"
            return [self._finding(wrong, (exchange.n,))]
        return said + self._callback(step, landing, exchange, request)

    def _nowhere_new(
        self, step: Step, landing: Landing, exchange: Exchange, pending: Pending
    ) -> Said:
        went = left_for(landing, pending.redirect_uri)
        if step.expect.redirect_to == "none" and landing.left:
            went = without_query(landing.url)
        if went:
            return [self._finding(f"the browser was sent to {went}", (exchange.n,))]
        if landing.outcome == "stuck":
            raise Blocked(f"the altered request got stuck: {landing.describe()}")
        return self._judge(step, exchange, "refused", landing.describe())

    def _callback(self, step: Step, landing: Landing, exchange: Exchange, request: Request) -> Said:
        """Compare the callback's parameters with what the step expects of them."""
        if not landing.left:
            return []
        said: Said = []
        params = (*landing.params, *landing.fragment)
        for name, wanted in step.expect.params:
            value = self._expected(wanted, request)
            came = first(params, name)
            if came not in value.split("|"):
                shown = "absent" if came is None else repr(came)
                said.append(self._finding(f"{name} came back {shown}", (exchange.n,)))
        for name in step.expect.absent:
            if first(params, name):
                said.append(self._finding(f"{name} is in the redirect", (exchange.n,)))
        return said

    def _expected(self, wanted: str, request: Request) -> str:
        if wanted == "same":
            return first(request.all_query, "state") or ""
        return wanted

    def _judge(self, step: Step, exchange: Exchange, outcome: Outcome, seen: str) -> Said:
        expect = step.expect
        numbers = (exchange.n,)
        if outcome == "limited":
            raise Blocked("the server answered 429 (too many requests); probing was stopped")
        if not expect.verdict and not expect.status and not expect.redirect_to:
            if outcome != "accepted":
                raise Blocked(f"the step before the altered one failed: {seen}")
            return []
        if expect.verdict == "accepted":
            if outcome == "accepted":
                return [Seen(actual=f"accepted: {seen}", exchanges=numbers)]
            if not self.is_ordinary:
                self._control(step, fresh_only=True)
            scope = self.subject.client.auth.scope if self.subject.client else ""
            tolerated = expect.tolerated_unless == "scope-empty" and scope != ""
            return [replace(self._finding(f"refused: {seen}", numbers), tolerated=tolerated)]
        if outcome == "accepted":
            return [self._finding(f"accepted: {seen}", numbers)]
        wrong = self._status(step, exchange)
        if wrong is not None:
            return [replace(wrong, exchanges=numbers)]
        self._control(step)
        if outcome == "broken":
            self.confidence = "likely"
        return [Seen(actual=f"refused: {seen}", exchanges=numbers)]

    def _status(self, step: Step, exchange: Exchange) -> Finding | None:
        status = str(exchange.answer.status)
        expect = step.expect
        if not expect.status or _is_one_of(status, expect.status):
            return None
        tolerated = _is_one_of(status, expect.tolerated)
        wanted = " or ".join(expect.status)
        actual = f"{exchange.outcome} instead of {wanted}"
        made = self._finding(actual, ())
        return replace(made, expected=f"status {wanted}", tolerated=tolerated)

    def _control(self, step: Step, *, fresh_only: bool = False) -> None:
        """Send the unaltered request. Raises `Blocked` when that is refused too."""
        with self.subject.during("control", self.probe.rule.id):
            if not fresh_only and self._same(step):
                return
            if not fresh_only:
                self.confidence = "likely"
            if not self._fresh(step):
                raise Blocked("the unaltered request is refused as well: the server's state broke")

    def _same(self, step: Step) -> bool:
        subject = self.subject
        earlier = self.probe.steps[: self.probe.steps.index(step)]
        if step.do == "token":
            if not self.code or any(s.do == "token" for s in earlier):
                return False
            return token_outcome(subject.exchange(self.code)) == "accepted"
        if step.do == "refresh":
            if not self.grant.refresh_token or any(s.do == "refresh" for s in earlier):
                return False
            answer = subject.refresh(self.grant.refresh_token)
            return token_outcome(answer) == "accepted"
        return self._fresh(step)

    def _fresh(self, step: Step) -> bool:
        subject = self.subject
        if step.do == "authorize":
            return bool(subject.fresh_code())
        if step.do == "token":
            code = subject.fresh_code()
            return bool(code) and token_outcome(subject.exchange(code)) == "accepted"
        if step.do == "refresh":
            grant = subject.fresh_grant()
            return token_outcome(subject.refresh(grant.refresh_token)) == "accepted"
        token = self._token_for_api()
        if not token:
            self.confidence = "likely"
            return True  # there is no way to a token; the refusal itself was seen
        return api_outcome(subject.call(token)) == "accepted"

    def _token_for_api(self) -> str:
        return self.subject.grant.access_token or self.subject.given.token.reveal()

    def _finding(self, actual: str, exchanges: tuple[int, ...]) -> Finding:
        named = ", ".join(f"{name}={value}" for name, value in self.variant.items())
        step = self.probe.steps[-1]
        return Finding(
            expected=self.probe.rule.title,
            actual=f"{actual} [{named}]" if named else actual,
            at=ENDPOINTS.get(step.do) or without_query(self.subject.api_url),
            exchanges=exchanges,
        )

    def _lookup(self, reference: str) -> str:
        subject, given, client = self.subject, self.subject.given, self.subject.client
        callback = given.redirect_uri
        known = {
            "client.id": given.client_id,
            "client.secret": given.client_secret.reveal(),
            "other.id": given.other_client_id,
            "other.secret": given.other_client_secret.reveal(),
            "callback": callback,
            "callback.host": hostname(callback),
            "callback.origin": callback[: callback.find("/", 8)],
            "callback.path": callback[callback.find("/", 8) :],
            "callback.base": callback.partition("://")[2],
            "scope": client.auth.scope if client else "",
            "user.name": given.username,
            "user.password": given.password.reveal(),
            "service_token": given.token.reveal(),
            "other_service_token": given.other_token.reveal(),
            "other_scheme": "Bearer" if subject.scheme == "basic" else "Basic",
        }
        if reference in known:
            return known[reference]
        if reference == "random":
            return secrets.token_urlsafe(32)
        if reference == "access_token":
            return self._token_for_api()
        if reference == "refresh_token":
            return self.grant.refresh_token or subject.grant.refresh_token
        if reference == "verification_token":
            tokens = getattr(subject.auth, "verification_tokens", {})
            token = next(iter(tokens.values()), "")
            if not token:
                raise NotApplicable("the manifest has no verification token")
            return str(token)
        if reference == "fresh.code":
            with subject.during("supply"):
                return subject.fresh_code()
        if reference.startswith("variant."):
            return expand(self.variant[reference.removeprefix("variant.")], self._lookup)
        return self._earlier(reference)

    def _earlier(self, reference: str) -> str:
        name, _, rest = reference.partition(".")
        side, _, member = rest.partition(".")
        exchange = self.done[name]
        if side == "request":
            return exchange.request.param(member) or ""
        value = exchange.answer.members.get(member)
        if not isinstance(value, str) or not value:
            raise Blocked(f"the answer to {name} has no {member}")
        return value


def _is_one_of(status: str, patterns: tuple[str, ...]) -> bool:
    return any(status == p or (p.endswith("xx") and status[0] == p[0]) for p in patterns)
