"""Who has signed in, for clients that ask (OpenID Connect Core 5.3)."""

from __future__ import annotations

from flask import Blueprint, g, jsonify
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.auth import Refused, caller
from mockauth.plugin.context import Plugin


def userinfo_blueprint(plugin: Plugin) -> Blueprint:
    """The endpoint of one app."""
    blueprint = Blueprint("userinfo", __name__)

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> BaseResponse:
        return refused.answer

    @blueprint.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> BaseResponse:
        g.place = "userinfo"
        who = caller(plugin, "userInfo")
        user = plugin.config.user(who.user)
        return jsonify({**(user.claims if user else {}), "sub": who.user})

    return blueprint
