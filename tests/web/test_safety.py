"""What the pages are guarded by: hosts, form tokens, headers, the admin token, hostile plugins."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from mockauth.testing import served_plugin
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings
from tests.web.visitor import CALLBACK, HERE, Visitor, installed, oauth_installed

GIF = b"GIF89a" + b"\0" * 20
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:3334", 200),
        ("localhost:9", 200),
        ("[::1]:9", 200),
        ("attacker.example", 403),
        ("localhost.attacker.example", 403),
        ("192.168.1.2", 403),
        ("", 403),
    ],
)
def test_pages_answer_at_the_names_of_this_machine_only(host: str, status: int) -> None:
    for path in ("/", "/chatgpt/"):
        answer = Client(create_pages()).get(path, headers={"Host": host})
        assert answer.status_code == status


def test_a_host_that_was_named_is_answered() -> None:
    app = create_pages(PageSettings(hosts=("mock.example",)))

    assert Client(app).get("/chatgpt/", headers={"Host": "mock.example"}).status_code == 200


def test_every_form_needs_its_token(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        oauth_installed(visitor, plugin)
        rules = [
            rule for rule in visitor.app.url_map.iter_rules() if "POST" in (rule.methods or ())
        ]
        paths = [r.rule.replace("<id>", "x").replace("<int:number>", "0") for r in rules]
        posted = [path for path in paths if path.startswith("/chatgpt/")]
        assert len(posted) > 12
        for path in posted:
            assert visitor.browser.post(path, base_url=HERE, data={}).status_code == 400


def test_a_form_token_of_another_session_is_refused(visitor: Visitor) -> None:
    other = Visitor(visitor.app).get("/chatgpt/")
    found = other.page.select_one("input[name=csrf_token]")
    assert found is not None
    answer = visitor.get("/chatgpt/").browser.post(
        "/chatgpt/find", base_url=HERE, data={"csrf_token": found["value"], "target": "x"}
    )

    assert answer.status_code == 400


def test_pages_run_no_script_of_others_and_keep_nothing(visitor: Visitor) -> None:
    visitor.get("/chatgpt/")
    assert visitor.last is not None
    policy = visitor.last.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert visitor.last.headers["Cache-Control"] == "no-store"
    cookie = visitor.last.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.page.select("script, style, [style], [onclick]") == []


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    cookie = (
        Client(create_pages()).get("/chatgpt/", base_url="https://localhost/").headers["Set-Cookie"]
    )

    assert cookie.startswith("__Host-mockauth_chatgpt=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_the_admin_token_is_asked_for_before_anything_is_shown() -> None:
    visitor = Visitor(create_pages(PageSettings(admin_token="s3cret-of-the-team")))
    visitor.get("/")
    assert visitor.path == "/chatgpt/sign-in"
    assert visitor.press("Go on", token="wrong").status == 403

    visitor.press("Go on", token="s3cret-of-the-team")

    assert "Develop your own plugin" in visitor.text
    assert visitor.get("/").status == 200


def test_what_a_plugin_calls_itself_stays_text(visitor: Visitor) -> None:
    named = {"name_for_human": HOSTILE, "description_for_human": HOSTILE}
    with served_plugin(auth="oauth", manifest=named, redirect_uri=CALLBACK) as plugin:
        oauth_installed(visitor, plugin)
        pages = [visitor.page, visitor.get("/chatgpt/").page]
        visitor.get(plugin.sign_in(visitor.click("<script>").click("Log in with").left_to))
        plugin.next_response("/todos", body=HOSTILE, headers={"Content-Type": "text/html"})
        pages += [
            visitor.page,
            visitor.get(visitor.path + "use").click("listTodos").press("Send").page,
        ]

        for page in pages:
            assert page.select("script") == []
            assert "\u202e" not in str(page)
            assert "\x1b" not in str(page)
        assert "<script>alert(1)</script>" in visitor.text


def test_a_public_mockauth_checks_no_private_address(visitor: Visitor) -> None:
    app = create_pages(PageSettings(is_public=True, hosts=("127.0.0.1",)))
    with served_plugin(auth="none") as plugin:
        public = Visitor(app).get("/chatgpt/")
        public.press("Find manifest file", target=plugin.url)
        answer = public.send(f"{public.path}runs/start")

        assert answer.status == 400
        assert "ask no private address" in answer.text
        assert plugin.requests == []


def test_an_error_of_a_plugin_stays_text_too(visitor: Visitor) -> None:
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        oauth_installed(visitor, plugin).click("Log in with")
        state = visitor.left_to.rpartition("state=")[2]
        visitor.get(f"{CALLBACK}?error=<b>x&error_description=%1b[31m%E2%80%AE<i>&state={state}")

        assert visitor.page.select("b, i") == []
        assert "<b>x" in visitor.text
        assert "\u202e" not in visitor.text


@pytest.mark.parametrize(
    ("body", "kind", "is_shown"),
    [
        (GIF, "image/gif", True),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            "image/svg+xml",
            False,
        ),
        (b"<html><script>1</script>", "image/gif", False),
        (GIF + b"\0" * 300_000, "image/gif", False),
    ],
)
def test_a_logo_is_shown_as_an_image_or_not_at_all(
    visitor: Visitor, body: bytes, kind: str, is_shown: bool
) -> None:
    with served_plugin(auth="none") as plugin:
        plugin.next_response("/logo.png", body=body.decode(), headers={"Content-Type": kind})
        installed(visitor, plugin)
        answer = visitor.browser.get(f"{visitor.path}logo", base_url=HERE)

        assert (answer.status_code == 200) is is_shown
        assert bool(visitor.page.select("img")) is is_shown
        if is_shown:
            assert answer.mimetype == "image/gif"
            assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_public_mockauth_asks_no_private_address() -> None:
    app = create_pages(PageSettings(is_public=True, hosts=("127.0.0.1",)))
    with served_plugin(auth="none") as plugin:
        visitor = Visitor(app).get("/chatgpt/")
        visitor.press("Find manifest file", target=plugin.url)

        assert "private address" in visitor.text
        assert plugin.requests == []


def test_a_plugin_at_the_host_of_the_pages_is_told_to_get_their_cookie(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        told = "send it their session cookie"
        assert told not in installed(visitor, plugin).text
        same = plugin.url.replace("localhost", "127.0.0.1")

        assert told in visitor.get("/chatgpt/").press("Find manifest file", target=same).text


def test_a_login_leads_to_web_pages_only(visitor: Visitor) -> None:
    with served_plugin(manifest={"auth.client_url": "javascript:alert(1)"}) as plugin:
        oauth_installed(visitor, plugin)
        link = next(a for a in visitor.page.select("a") if "Log in with" in a.get_text())

        assert visitor.browser.get(str(link["href"]), base_url=HERE).status_code == 400
