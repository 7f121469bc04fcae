"""The redirect to the callback, as the last thing before it leaves."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth import pages
from mockauth.plugin.resource import issuer_of


def finish(plugin: Plugin, answer: BaseResponse) -> BaseResponse:
    """The redirect of a success or an error, with the headers that keep it to itself."""
    if "Location" in answer.headers:
        # After a form 303 turns POST into GET; 307 would repeat the password (RFC 9700 4.12).
        answer.status_code = 303 if request.method == "POST" else 302
        answer.headers["Location"] = _located(plugin, answer.headers["Location"])
        if plugin.policy.goes_on_by != "redirect":
            return pages.onward(plugin.policy.goes_on_by, answer.headers["Location"])
    return pages.private(answer)


def _located(plugin: Plugin, location: str) -> str:
    location = _with_state(plugin.policy.state_returned, location)
    location = _with_own_query(plugin.policy.redirect_query, location)
    return _with_issuer(plugin, location)


def _with_state(kept: str, location: str) -> str:
    if kept in ("kept", "twice-decoded") or "state=" not in location:
        return location
    cut = location.partition("state=")[2].partition("&")[0]
    if kept == "lower-case":
        return location.replace("state=" + cut, "state=" + cut.lower())
    if kept == "truncated":
        short = cut.partition("%")[0].partition("+")[0]
        return location.replace("state=" + cut, "state=" + short)
    return location.replace("state=" + cut, "").rstrip("&?")


def _with_issuer(plugin: Plugin, location: str) -> str:
    """Success and error alike name the issuer (RFC 9207 section 2)."""
    sent = plugin.policy.issuer_sent
    silent = sent == "missing" or (sent == "missing-on-errors" and "error=" in location)
    if not plugin.config.issuer_in_redirect or silent:
        return location
    issuer = _issuer(plugin, sent)
    joint = "&" if "?" in location else "?"
    return f"{location}{joint}{_as_parameter(issuer)}"


def _issuer(plugin: Plugin, sent: str) -> str:
    return "https://attacker.example" if sent == "wrong" else issuer_of(plugin.config, base_url())


@lru_cache(maxsize=256)
def _as_parameter(issuer: str) -> str:
    """The same at every sign-in."""
    return urlencode({"iss": issuer})


def _with_own_query(kept: str, location: str) -> str:
    """The query that the registered URI brings along stands first (RFC 6749 section 3.1.2)."""
    path, _, query = location.partition("?")
    own = request.args.get("redirect_uri", "").partition("?")[2]
    if kept == "kept" or not own:
        return location
    rest = query.removeprefix(own).lstrip("&")
    return f"{path}?{rest}" if kept == "dropped" else f"{path}?{own}?{rest}"
