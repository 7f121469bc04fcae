"""ChatGPT's domain rules: the root domain, what lies below it, the registrable domain."""

from __future__ import annotations

import pytest

from mockauth.manifest.domains import is_at_or_below, registrable_domain, root_domain


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://example.com/.well-known/ai-plugin.json", "example.com"),
        ("https://www.example.com/x", "example.com"),
        ("https://WWW.Example.COM:8443/x", "example.com"),
        ("https://api.example.com/x", "api.example.com"),
        ("https://wwwexample.com/x", "wwwexample.com"),
        ("http://localhost:5000/x", "localhost"),
        ("/openapi.yaml", ""),
        ("https://[broken/x", ""),
        ("", ""),
    ],
)
def test_the_root_domain_is_the_host_without_www(url: str, root: str) -> None:
    assert root_domain(url) == root


@pytest.mark.parametrize(
    ("host", "root", "within"),
    [
        ("example.com", "example.com", True),
        ("api.example.com", "example.com", True),
        ("a.b.example.com", "example.com", True),
        ("badexample.com", "example.com", False),
        ("example.com.evil.test", "example.com", False),
        ("example.com", "api.example.com", False),
        ("", "example.com", False),
        ("example.com", "", False),
        ("", "", False),
    ],
)
def test_only_the_root_and_its_subdomains_are_within(host: str, root: str, within: bool) -> None:
    assert is_at_or_below(host, root) is within


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("api.example.com", "example.com"),
        ("example.com", "example.com"),
        ("API.Example.COM", "example.com"),
        ("api.example.co.uk", "example.co.uk"),
        ("one.github.io", "one.github.io"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_registrable_domain_is_the_public_suffix_and_one_label(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain
