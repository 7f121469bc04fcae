"""Addresses of a manifest: which can be opened, and which stand in guides."""

from __future__ import annotations

import pytest

from mockauth.manifest.address import flaw_of, is_invented, is_mail


@pytest.mark.parametrize(
    "url",
    [
        "https://todo.dev/authorize", "HTTPS://todo.dev/authorize", "http://localhost:5000/token",
        "https://todo.dev:8443/a?b={c}d" .replace("{c}", "c"), "https://127.0.0.1:5003/openapi.yaml",
        "https://[::1]:5000/x", "https://bücher.example/x", "http://plugin:5000/token",
        "https://[2001:db8::1]/a", "https://todo.dev./a", "https://1.1.1.1/a", "https://web3/a",
        "https://todo.dev:443/a", "https://xn--bcher-kva.dev/a", "https://app1.todo.dev/a",
        "https://todo.dev/a%20b", "https://user@todo.dev/x", "https://todo.dev/go?to=https://b.dev/",
    ],
)  # fmt: skip
def test_a_whole_address_has_no_flaw(url: str) -> None:
    assert flaw_of(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "  ", "/authorize", "authorize", "todo.dev/authorize", "//todo.dev/a",
        "https://https://todo.dev/a", "http://https://todo.dev/a", "https://https//todo.dev",
        "https://http:todo.dev", "${BASE_URL}/authorize", "https://{{host}}/a", "{base}/authorize",
        "<your host>/authorize", "https://%HOST_NAME%/a", "https:\\\\todo.dev\\a", " https://todo.dev/a",
        "https://todo.dev/a\n", "https://todo.dev/a b", "https:/todo.dev/a", "https:todo.dev",
        "https://", "https:///authorize", "https://todo.dev:port/a", "ftp://todo.dev/a",
        "https://to do.dev/", "PLUGIN_HOST/authorize", "https://todo..dev/a", "https://[::1/a",
        "localhost:5000/authorize", "https://.todo.dev", "https://-todo.dev", "https://999.1.1.1/a",
        "https://todo.dev:0/a", "https://$HOST/a", "https://[[host]]/a", "#{base}/a",
        "https://__HOST__/a", "undefined/authorize", "mailto:a@todo.dev", "javascript:alert(1)",
        "https;//todo.dev", "www.todo.dev",
    ],
)  # fmt: skip
def test_an_address_that_nobody_can_open_is_told_why(url: str) -> None:
    assert flaw_of(url) != ""


@pytest.mark.parametrize("url", ["/openapi.yaml", "./openapi.yaml", "openapi.yaml", "docs/o.json"])
def test_the_document_may_be_named_by_its_path(url: str) -> None:
    assert flaw_of(url, may_be_relative=True) == ""
    assert flaw_of("todo.dev/openapi.yaml", may_be_relative=True) != ""


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/legal", "https://www.example.org", "me@example.com",
        "https://yourdomain.com/x", "https://your-domain.com", "https://api.your-app.com/a",
        "PLUGIN_HOST/logo.png", "https://PLUGIN_HOSTNAME/x", "you@yourcompany.com",
        "https://undefined/a", "https://null/a", "https://xxxx.ngrok.io/a", "https://todo.invalid",
        "https://your-app.example/x", "https://your-app.vercel.app/x", "https://your_plugin_url/x", "https://replace-me/x", "contact@placeholder.com",
    ],
)  # fmt: skip
def test_a_name_of_a_guide_is_recognised(address: str) -> None:
    assert is_invented(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://todo.dev/legal", "https://yourstory.com/x", "https://examples.dev",
        "https://notexample.com/x", "https://domain.com.au/legal", "help@placeholdr.ai",
        "https://buildyourown.shop/", "https://changemen.org", "https://hostname.io/x",
        "https://null.dev/a", "https://xxx.com", "https://example-shop.dev",
    ],
)  # fmt: skip
def test_a_name_that_can_be_ones_own_is_left_alone(address: str) -> None:
    assert not is_invented(address)


def test_mail_addresses_are_told_by_their_form() -> None:
    right = ("a@b.dev", "first.last+tag@sub.todo.co.uk", "ü@bücher.de")
    wrong = ("", "b.dev", "a@@b.dev", "a@b@c.dev", "a@b", "a@b.", "a b@c.dev", "mailto:a@b.dev",
             "https://b.dev/contact", "<a@b.dev>", "a@.dev")  # fmt: skip
    assert [mail for mail in right if not is_mail(mail)] == []
    assert [mail for mail in wrong if is_mail(mail)] == []
