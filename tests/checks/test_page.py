"""The checks of the pages between authorize and callback, on traces made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from mockauth.checks import page as checks
from mockauth.checks.evidence import Given
from mockauth.checks.markup import elements, visible_text
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.manifest.mcp import McpService, Way
from mockauth.wire import Exchange, Pairs, Request, Response
from mockauth.wire.markup import Pages
from mockauth.wire.secret import Secret
from mockauth.wire.trace import Fallback
from tests.traces import (
    CALLBACK,
    CODE,
    HTML,
    OAUTH,
    PAGE,
    SITE,
    STATE,
    answer,
    authorize,
    callback,
    flow,
    judged,
    posted,
    redirect,
    trace,
)

CSP = "Content-Security-Policy"
GUARDED = (
    *HTML,
    (CSP, "frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
ON_PAGE = (
    checks.form_action, checks.frame_guard, checks.no_307, checks.referrer_policy,
    checks.no_third_party, checks.no_store, checks.no_code_in_html,
)  # fmt: skip


def shown(*headers: tuple[str, str], body: str | bytes = PAGE) -> Response:
    """The consent page with these headers."""
    return answer(200, (*HTML, *headers), body)


def meta(**attributes: str) -> bytes:
    """A page with one meta element; _ stands for -."""
    text = " ".join(f'{n.replace("_", "-")}="{v}"' for n, v in attributes.items())
    return f"<html><head><meta {text}></head><form></form>".encode()


@pytest.mark.parametrize("check", ON_PAGE, ids=lambda c: c.rule.id)
@pytest.mark.parametrize("status", [302, 303])
def test_a_careful_page_passes(check: Check, status: int) -> None:
    result = judged(check, flow(page=answer(200, GUARDED, PAGE), status=status))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize(
    ("policies", "state"),
    [
        (("default-src 'self'",), "pass"),
        (("form-action 'self' https://chat.openai.com",), "pass"),
        (("FORM-ACTION 'SELF' HTTPS://CHAT.OPENAI.COM",), "pass"),
        (("form-action 'self' https:",), "pass"),
        (("form-action *",), "pass"),
        (("form-action 'self' http:",), "pass"),
        (("form-action 'self' http://chat.openai.com",), "pass"),
        (("form-action 'self' *.openai.com",), "pass"),
        (("form-action 'self' chat.openai.com:443",), "pass"),
        (("form-action 'self' chat.openai.com:*",), "pass"),
        # The path of a source does not count behind a redirect.
        (("form-action 'self' https://chat.openai.com/elsewhere",), "pass"),
        (("form-action 'self' https://chat.openai.com; form-action 'none'",), "pass"),
        (("form-action 'self'",), "fail"),
        (("form-action 'none'",), "fail"),
        (("form-action",), "fail"),
        (("form-action https://chat.openai.com",), "fail"),
        (("form-action 'self' https://openai.com",), "fail"),
        (("form-action 'self' *.chat.openai.com",), "fail"),
        (("form-action 'self' chat.openai.com:8443",), "fail"),
        (("default-src *", "form-action 'self'"), "fail"),
        (("default-src *, form-action 'self'",), "fail"),
        (("form-action 'self' https://chat.openai.com", "form-action 'self'"), "fail"),
    ],
)
def test_form_action_must_admit_the_callback(policies: tuple[str, ...], state: State) -> None:
    page = shown(*((CSP, policy) for policy in policies))
    result = judged(checks.form_action, flow(page=page))
    assert result.state == state
    if state == "fail":
        assert result.rule.chatgpt_shows
        assert "form-action" in result.fix


def test_a_policy_in_a_meta_counts_and_one_in_a_comment_does_not() -> None:
    stopped = meta(http_equiv="content-security-policy", content="form-action &#39;self&#39;")
    assert judged(checks.form_action, flow(page=shown(body=stopped))).state == "fail"
    comment = b"<!-- " + stopped + b" -->"
    assert judged(checks.form_action, flow(page=shown(body=comment))).state == "pass"
    report = shown((f"{CSP}-Report-Only", "form-action 'none'"))
    assert judged(checks.form_action, flow(page=report)).state == "pass"


def test_a_policy_may_name_the_published_host_of_a_server_that_is_mapped() -> None:
    page = shown((CSP, f"form-action {SITE} https://chat.openai.com"))
    local = "http://localhost:5000"
    form = posted(redirect())
    form = type(form)(
        step="page",
        flow=1,
        response=form.response,
        request=type(form.request)(method="POST", url=f"{local}/login"),
    )
    first = authorize(page, request=type(form.request)(method="GET", url=f"{local}/authorize"))
    record = trace(first, form, callback())
    assert judged(checks.form_action, record, target=local).state == "pass"
    assert judged(checks.form_action, record, target="http://localhost:6000").state == "fail"


def test_the_policy_of_a_form_does_not_bind_a_link_on_a_later_page() -> None:
    page = shown((CSP, "form-action 'self'"))
    followed = authorize(redirect(), step="page")
    record = trace(
        authorize(page), posted(redirect(f"{SITE}/consent", 303)), authorize(), followed, callback()
    )

    assert judged(checks.form_action, record).state == "n/a"


def test_a_flow_without_a_form_has_nothing_to_stop() -> None:
    assert judged(checks.form_action, trace(authorize(redirect()), callback())).state == "n/a"


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ((("x-frame-options", "SameOrigin"),), "pass"),
        ((("X-Frame-Options", "DENY"), ("X-Frame-Options", "deny")), "pass"),
        (((CSP, "default-src 'self'"), (CSP, "frame-ancestors 'self'")), "pass"),
        (((CSP, "frame-ancestors"),), "pass"),
        (((CSP, "frame-ancestors 'self' https://partner.example"),), "pass"),
        (((CSP, "frame-ancestors *"), (CSP, "frame-ancestors 'none'")), "pass"),
        (((CSP, "frame-ancestors *"), ("X-Frame-Options", "DENY")), "fail"),
        (((CSP, "frame-ancestors https:"),), "fail"),
        ((("X-Frame-Options", "ALLOWALL"),), "fail"),
        ((("X-Frame-Options", "ALLOW-FROM https://x.example"),), "fail"),
        (((CSP, "default-src 'none'"),), "fail"),
        ((), "fail"),
    ],
)
def test_a_foreign_frame_must_be_forbidden(headers: Pairs, state: State) -> None:
    assert judged(checks.frame_guard, flow(page=shown(*headers))).state == state


def test_frame_ancestors_in_a_meta_guards_nothing() -> None:
    body = meta(http_equiv=CSP, content="frame-ancestors 'none'")
    assert judged(checks.frame_guard, flow(page=shown(body=body))).state == "fail"


@pytest.mark.parametrize("status", [307, 308])
def test_a_form_must_not_be_posted_again(status: int) -> None:
    result = judged(checks.no_307, flow(status=status))
    assert (result.state, "303" in result.fix) == ("fail", True)
    assert judged(checks.no_307, trace(authorize(redirect()), callback())).state == "n/a"


@pytest.mark.parametrize(
    ("query", "body", "password", "state"),
    [
        ("", "user=ada&pw=a+pass+word", "a pass word", "pass"),
        ("user=ada&pw=a+pass+word", "", "a pass word", "fail"),
        ("step=200", "pw=200", "200", "blocked"),
        ("user=adal", "pw=adal", "adal", "blocked"),
        ("", "user=adal", "", "n/a"),
    ],
)
def test_a_password_stands_in_no_address(
    query: str, body: str, password: str, state: State
) -> None:
    request = Request(
        method="POST" if body else "GET", url=f"{SITE}/login?{query}", raw=body.encode()
    )
    sent = Exchange(step="page", request=request, response=redirect())
    given = Given(username="adal", password=Secret(password, "password"))

    result = judged(checks.password_not_in_url, trace(authorize(shown()), sent), given=given)

    assert result.state == state


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("Strict-Origin",), "pass"),
        (("no-referrer, strict-origin",), "pass"),
        (("unsafe-url, no-referrer",), "pass"),
        (("no-referrer, from-the-future",), "pass"),
        (("no-referrer", "same-origin"), "pass"),
        (("no-referrer, unsafe-url",), "warn"),
        (("no-referrer-when-downgrade",), "warn"),
        (("from-the-future",), "warn"),
        ((), "warn"),
    ],
)
def test_the_last_referrer_policy_that_is_known_counts(
    words: tuple[str, ...], state: State
) -> None:
    page = shown(*(("referrer-policy", word) for word in words))
    assert judged(checks.referrer_policy, flow(page=page)).state == state


def test_a_meta_may_set_the_referrer_policy() -> None:
    good = shown(body=meta(name="Referrer", content="no-referrer"))
    bad = shown(body=meta(name="referrer", content="unsafe-url"))
    other = shown(body=meta(name="description", content="referrer no-referrer"))
    assert judged(checks.referrer_policy, flow(page=good)).state == "pass"
    assert judged(checks.referrer_policy, flow(page=bad)).state == "warn"
    assert judged(checks.referrer_policy, flow(page=other)).state == "warn"


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ('<script src="/a.js"></script><img src="data:image/png;base64,x">', "pass"),
        ('<script src="https://static.example.com/a.js"></script>', "pass"),
        ('<link rel="canonical" href="https://other.test/">', "pass"),
        ('<a href="https://other.test/">x</a>', "pass"),
        ('<!-- <script src="//cdn.test/a.js"></script> -->', "pass"),
        ('<script src="//cdn.test/a.js"></script>', "warn"),
        ("<script async src=https://cdn.test/a.js></script>", "warn"),
        ('<link href="https://fonts.test/a.css" rel="Stylesheet">', "warn"),
        ('<img src="https://[broken/x">', "pass"),
    ],
)
def test_only_what_a_page_loads_from_other_sites_is_foreign(body: str, state: State) -> None:
    assert judged(checks.no_third_party, flow(page=shown(body=body))).state == state


@pytest.mark.parametrize(
    ("controls", "state"),
    [
        (("private, No-Store",), "pass"),
        (("private", "no-store"), "pass"),
        (("no-cache",), "warn"),
        ((), "warn"),
    ],
)
def test_pages_must_not_be_stored(controls: tuple[str, ...], state: State) -> None:
    page = shown(*(("Cache-Control", control) for control in controls))
    assert judged(checks.no_store, flow(page=page)).state == state


def test_a_code_in_a_page_is_found_but_in_the_one_that_navigates() -> None:
    leak = shown(body=f"<p>{CODE}")
    assert judged(checks.no_code_in_html, flow(page=leak)).state == "warn"
    hop = posted(answer(200, HTML, f"<script>location='{CALLBACK}?code={CODE}'</script>"))
    assert judged(checks.no_code_in_html, trace(authorize(), hop, callback())).state == "pass"
    short = flow(page=shown(body="<p>1"), to=f"{CALLBACK}?code=1&state={STATE}")
    assert judged(checks.no_code_in_html, short).state == "blocked"


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("ChatGPT (chat.openai.com) wants to read and write", ""),
        ("todo-client at chat.openai.com: READ, WRITE", ""),
        ("ChatGPT, chat.openai.com: <ul><li>See your data<li>Change your data</ul>", ""),
        ("ChatGPT, chat.openai.com: <ul><li>See your data</ul>", "scope read, scope write"),
        ("An application wants access", "the client, chat.openai.com, scope read, scope write"),
        ("chat.openai.com: read write", "the client"),
        (
            "<!-- ChatGPT chat.openai.com read write -->",
            "the client, chat.openai.com, scope read, scope write",
        ),
    ],
)
def test_what_the_consent_page_says_is_noted(text: str, lacking: str) -> None:
    page = shown(body=f"<title>ChatGPT</title><p>{text}</p><form method=post></form>")
    result = judged(checks.consent_names_client, flow(page=page))
    assert (result.state, result.actual) == (
        ("info", f"not named: {lacking}")
        if lacking
        else ("pass", "client, host and scopes are named")
    )


def test_a_login_that_follows_the_consent_need_not_name_the_client_again() -> None:
    consent = shown(body="<p>ChatGPT (chat.openai.com) wants to read and write</p><form></form>")
    login = posted(answer(200, HTML, "<p>Sign in</p><form></form>"))
    record = trace(authorize(consent), login, posted(redirect(CALLBACK)), callback())
    assert judged(checks.consent_names_client, record).state == "pass"


@pytest.mark.parametrize(("way", "state"), [("given", "pass"), ("dynamic", "info")])
def test_a_client_that_the_developer_made_may_have_any_name(way: Way, state: State) -> None:
    page = shown(body="<p>Notes at chat.openai.com: read write</p><form method=post></form>")
    known = McpService(url=f"{SITE}/mcp", way=way)
    result = judged(checks.consent_names_client, flow(page=page), mcp=known)
    assert result.state == state


def test_without_a_form_nobody_is_asked_for_consent() -> None:
    record = trace(authorize(redirect()), callback())
    assert judged(checks.consent_names_client, record).state == "n/a"


@pytest.mark.parametrize("check", [*ON_PAGE, checks.consent_names_client], ids=lambda c: c.rule.id)
def test_nothing_seen_is_never_a_pass(check: Check) -> None:
    assert judged(check, trace()).state in ("blocked", "n/a")


@pytest.mark.parametrize(
    "body", ["", "<![%x;[", "<" * 5000, "<p " * 5000, "\x00\xff", "<div>" * 900]
)
def test_a_hostile_page_is_read_without_harm(body: str) -> None:
    page = authorize(shown(body=body))
    assert isinstance(list(elements(Pages(), page, "meta")), list)
    assert isinstance(visible_text(Pages(), page), str)


def test_a_server_that_is_not_oauth_has_no_pages() -> None:
    from mockauth.manifest.auth import NoAuth

    more: dict[str, Any] = {"auth": NoAuth()}
    assert judged(checks.frame_guard, flow(), **more).state == "n/a"
    assert OAUTH.type == "oauth"


@pytest.mark.parametrize("check", ON_PAGE[:-1], ids=lambda c: c.rule.id)
@pytest.mark.parametrize("careful", [True, False])
def test_the_pages_that_were_seen_only_with_pkce_are_judged(check: Check, careful: bool) -> None:
    refused = f"{CALLBACK}?error=invalid_request&state={STATE}"
    again: dict[str, Any] = {"flow": 2, "purpose": "fallback", "fallback": Fallback.PKCE}
    other: dict[str, Any] = {"flow": 3, "purpose": "fallback", "fallback": Fallback.NO_SCOPE}
    page = answer(200, GUARDED if careful else (*HTML, (CSP, "form-action 'none'")), PAGE)
    status = 303 if careful else 307

    result = judged(
        check,
        trace(
            authorize(redirect(refused)),
            callback(refused),
            authorize(page, **again),
            posted(redirect(status=status), **again),
            callback(**again),
            authorize(answer(200, HTML, b"<script src=https://other.example/x.js></script>"), **other),
        ),
    )  # fmt: skip

    level = check.rule.levels["plugin"]
    wrong = "pass" if check is checks.no_third_party else "warn" if level == "should" else "fail"
    assert result.state == ("pass" if careful else wrong)
