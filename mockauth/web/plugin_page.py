"""One plugin: what is wrong with it, and the next step of its installation."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.connector import has_document_way
from mockauth.engine.installation.installation import Connection, Installation, Phase
from mockauth.engine.installation.keeper import Listed
from mockauth.engine.installation.login import redirect_uri
from mockauth.engine.installation.logo import picture
from mockauth.engine.installation.pending import Way
from mockauth.engine.installation.remark import Remark, by_rule
from mockauth.profiles import PROFILES
from mockauth.web.last_login import is_away, last_failure
from mockauth.web.pages import Pages
from mockauth.web.settings import Sample
from mockauth.web.store_page import is_sample_at, state_of
from mockauth.wire.url import hostname

MOST_NAMED = 20
"""Hosts that are named on the page."""


def add_plugin_page(blueprint: Blueprint, pages: Pages) -> None:
    """The page of a plugin, and its logo."""

    @blueprint.get("/plugins/<id>/")
    def plugin(id: str) -> str:
        return plugin_page(pages, pages.installation(id))

    @blueprint.get("/plugins/<id>/logo")
    def logo(id: str) -> BaseResponse:
        body = pages.installation(id).logo
        kind = picture(body)
        if not kind:
            abort(404)
        answer = Response(body, content_type=kind)
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Content-Disposition"] = "inline; filename=logo"
        return answer


def plugin_page(pages: Pages, installation: Installation, *, wrong: str = "") -> str:
    """The page; `wrong` says what was not right with the form that was sent."""
    connection = pages.connection(installation)
    now = pages.world.clock.now()
    sample = sample_of(pages, installation)
    return render_template(
        "chatgpt/plugin.html",
        plugin=installation,
        connection=connection,
        state=_state(installation, connection, now),
        is_owner=installation.owner == pages.known_person(),
        is_expired=connection is not None and connection.is_expired(now),
        own_callback=redirect_uri(installation, base_address(), Way.OWN),
        pasted_callback=redirect_uri(installation, base_address(), Way.PASTED),
        production_callbacks=PROFILES[installation.profile].redirect_uris(installation.id),
        sample=sample,
        failure=last_failure(installation) if connection is None else None,
        is_away=connection is None and is_away(installation),
        # Cookies do not know ports (RFC 6265 section 8.5).
        gets_cookies=sample is None and hostname(installation.target) == hostname(base_address()),
        fatal=by_rule(one for one in installation.fatal if not _is_in_step(installation, one)),
        hindering=by_rule(one for one in installation.remarks if one.hinders_login),
        advice=by_rule(
            one for one in installation.remarks if not one.is_fatal and not one.hinders_login
        ),
        kept_from=pages.settings.kept_from()[:MOST_NAMED],
        has_document_way=has_document_way(installation),
        wrong=wrong,
    )


def _is_in_step(installation: Installation, remark: Remark) -> bool:
    """Whether the step that is shown says the same: the token that is not the manifest's."""
    is_compared = installation.published_token is not None and installation.phase is Phase.VERIFYING
    return is_compared and remark.id == "manifest.verification-token-matches"


def _state(installation: Installation, connection: Connection | None, now: float) -> str:
    if connection is not None and connection.is_expired(now):
        return "connected, and the token has expired"
    return state_of(
        Listed(
            id=installation.id,
            name=installation.name,
            target=installation.target,
            kind=installation.kind,
            is_action=installation.is_action,
            is_mcp=installation.is_mcp,
            phase=installation.phase,
            is_connected=connection is not None,
        )
    )


def sample_of(pages: Pages, installation: Installation) -> Sample | None:
    """The published credentials of this plugin, where it is the built-in one."""
    return pages.settings.sample if is_sample_at(pages, installation.target) else None


def base_address() -> str:
    """Where these pages are, as the browser wrote it, without a slash."""
    return request.url_root.rstrip("/")
