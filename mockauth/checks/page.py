"""The pages between the authorize request and the callback."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.record import callback_params, flow_pages, landed
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import first
from mockauth.wire.url import hostname, join, origin, split, without_query

META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
LOADS = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)",
    re.I,
)
SAFE_POLICIES = {
    "no-referrer", "same-origin", "origin", "strict-origin",
    "strict-origin-when-cross-origin", "origin-when-cross-origin",
}  # fmt: skip


def policies(exchange: Exchange) -> list[str]:
    """Every Content-Security-Policy of a page, header and meta. Report-Only ones do not count."""
    found = [
        policy.strip()
        for value in exchange.answer.headers_named("Content-Security-Policy")
        for policy in value.split(",")
    ]
    for tag in META.findall(exchange.answer.text[:200_000]):
        if re.search(r"content-security-policy[\"']?[\s/>]", tag, re.IGNORECASE):
            content = re.search(r"content\s*=\s*(\"[^\"]*\"|'[^']*')", tag, re.IGNORECASE)
            if content:
                found.append(content.group(1)[1:-1])
    return found


def directive(policy: str, name: str) -> list[str] | None:
    """The sources of one directive, or None when the policy does not have it."""
    for part in policy.split(";"):
        words = part.split()
        if words and words[0].lower() == name:
            return words[1:]
    return None


def admits(sources: list[str], page: str, target: str) -> bool:
    """Whether a form-action list admits a URL (CSP 3, section 6.7.2)."""
    parts, host = split(target), hostname(target)
    for source in sources:
        word = source.lower()
        if word == "*" and target.startswith(("http:", "https:")):
            return True
        if word == "'self'" and origin(page) == origin(target):
            return True
        if word in ("https:", "http:") and target.startswith(word):
            return True
        scheme, _, rest = word.partition("://") if "://" in word else ("", "", word)
        if scheme and parts is not None and scheme != parts.scheme:
            continue
        name, _, path = rest.partition("/")
        name = name.partition(":")[0]
        fits = host.endswith(name[1:]) if name.startswith("*.") else host == name
        if (
            fits
            and name
            and (not path or (parts is not None and parts.path.startswith("/" + path)))
        ):
            return True
    return False


@check(
    "page.form-action-allows-redirect", "CCC", auth=("oauth",), practice=True,
    refs=("w3c/webappsec-csp#8", "1f916-ai/1f916#179"),
    shows="the consent button does nothing; no POST to the token endpoint",
    why="Chromium applies form-action to the redirect that follows the form: the code is issued and "
        "never arrives.",
    fix="Add the validated origin of redirect_uri to form-action, or drop the directive.",
)  # fmt: skip
def form_action(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The page's Content-Security-Policy lets the form's redirect reach the callback."""
    callback = landed(evidence)
    flow = [e for e in evidence.trace.ordinary("authorize", "page") if e.n < callback.n]
    # The last form that was sent, and every redirect behind it.
    posts = [i for i, e in enumerate(flow) if e.request.method == "POST"]
    if not posts or not flow[-1].answer.is_redirect:
        raise NotApplicable("no form ends in a redirect to the callback")
    sent = flow[posts[-1]]
    pages = [e for e in flow[: posts[-1]] if e.answer.ok and "html" in e.answer.media_type]
    if not pages:
        raise Blocked("the page that held the form was not seen")
    page = pages[-1]
    hops = [join(e.request.target, e.answer.header("Location") or "") for e in flow[posts[-1] :]]
    for target in [sent.request.target, *hops]:
        for policy in policies(page):
            sources = directive(policy, "form-action")
            if sources is not None and not admits(sources, page.request.target, target):
                yield Finding(
                    expected=f"form-action admits {origin(target)}",
                    actual=f"form-action {' '.join(sources)}",
                    at=without_query(page.request.target),
                    exchanges=(page.n, sent.n),
                )
                return
    yield Seen(actual="the redirect is not stopped", exchanges=(page.n, sent.n))


@check(
    "page.frame-guard", "MMM", refs=("RFC9700-4.16", "RFC6749-10.13"), auth=("oauth",),
    why="A page in a foreign frame lets an attacker place the user's click.",
    fix="Send Content-Security-Policy: frame-ancestors 'none', or X-Frame-Options: DENY.",
)  # fmt: skip
def frame_guard(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Login and consent pages forbid foreign frames."""
    for page in flow_pages(evidence):
        option = (page.answer.header("X-Frame-Options") or "").strip().lower()
        guarded = option in ("deny", "sameorigin") or any(
            directive(policy, "frame-ancestors") is not None
            and not set(directive(policy, "frame-ancestors") or ()) & {"*", "https:", "http:"}
            for policy in policies(page)
        )
        if guarded:
            yield Seen(actual="guarded", exchanges=(page.n,))
        else:
            yield Finding(expected="frame-ancestors or X-Frame-Options", actual="neither",
                          at=without_query(page.request.target), exchanges=(page.n,))  # fmt: skip


@check(
    "page.no-307-after-credentials", "MMM", refs=("RFC9700-4.12",), auth=("oauth",),
    why="307 makes the browser post the password again, to ChatGPT.",
    fix="Answer the form with 303 (or 302).",
)  # fmt: skip
def no_307(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The answer to the password is no 307 or 308."""
    posts = [e for e in evidence.trace.ordinary("page") if e.request.method == "POST"]
    if not posts:
        raise NotApplicable("no form was sent")
    for post in posts:
        if post.answer.status in (307, 308):
            yield Finding(expected="303 or 302", actual=str(post.answer.status),
                          at=without_query(post.request.target), exchanges=(post.n,))  # fmt: skip
        else:
            yield Seen(actual=str(post.answer.status), exchanges=(post.n,))


@check(
    "page.referrer-policy", "SSS", refs=("RFC9700-4.2.4",), auth=("oauth",),
    why="The address with its parameters leaks to other sites.",
    fix="Send Referrer-Policy: no-referrer.",
)  # fmt: skip
def referrer_policy(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Pages set a Referrer-Policy that keeps parameters in."""
    for page in flow_pages(evidence):
        sent = (page.answer.header("Referrer-Policy") or "").lower().replace(",", " ").split()
        meta = any("referrer" in tag.lower() for tag in META.findall(page.answer.text[:200_000]))
        if set(sent) & SAFE_POLICIES or meta:
            yield Seen(actual=" ".join(sent) or "meta", exchanges=(page.n,))
        else:
            yield Finding(expected="Referrer-Policy: no-referrer", actual=" ".join(sent) or "absent",
                          at=without_query(page.request.target), exchanges=(page.n,))  # fmt: skip


@check(
    "page.no-third-party-resources", "SSS", refs=("RFC9700-4.2.4",), auth=("oauth",),
    why="Foreign scripts on a login page can read the password.",
    fix="Serve scripts, styles and images yourself.",
)  # fmt: skip
def no_third_party(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Pages load nothing from other sites."""
    for page in flow_pages(evidence):
        foreign = {
            hostname(join(page.request.target, found))
            for found in LOADS.findall(page.answer.text[:500_000])
        } - {hostname(page.request.target)}
        if foreign:
            yield Finding(expected="nothing from other sites", actual=", ".join(sorted(foreign))[:120],
                          exchanges=(page.n,))  # fmt: skip
        else:
            yield Seen(actual="nothing foreign", exchanges=(page.n,))


@check(
    "page.no-store", "SSS", refs=("RFC9111-5.2.2.5",), auth=("oauth",), practice=True,
    why="The back button shows somebody else's consent page.",
    fix="Send Cache-Control: no-store with login and consent pages.",
)  # fmt: skip
def no_store(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Login and consent pages are not stored."""
    for page in flow_pages(evidence):
        control = page.answer.header("Cache-Control") or ""
        if "no-store" in control.lower():
            yield Seen(actual=control, exchanges=(page.n,))
        else:
            yield Finding(expected="Cache-Control: no-store", actual=control or "absent",
                          at=without_query(page.request.target), exchanges=(page.n,))  # fmt: skip


@check(
    "page.no-code-in-html", "SSS", refs=("RFC9700-4.2.4",), auth=("oauth",), practice=True,
    why="What stands in a page can be read by scripts and kept by the browser.",
    fix="Put code and token into the redirect and the token answer only.",
)  # fmt: skip
def no_code_in_html(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No code stands in a page, but in the one that goes to the callback by itself."""
    callback = landed(evidence)
    code = first(callback_params(callback), "code") or ""
    if not code:
        raise Blocked("no code was seen (see authorize.request-accepted)")
    before = evidence.trace.get(callback.n - 1)
    for page in flow_pages(evidence):
        if page.n != before.n and code in page.answer.text:
            yield Finding(expected="no code", actual="the code stands in the page",
                          exchanges=(page.n,))  # fmt: skip
        else:
            yield Seen(actual="no code", exchanges=(page.n,))
