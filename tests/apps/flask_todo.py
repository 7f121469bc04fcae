"""The todo plugin in Flask."""

from __future__ import annotations

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from tests.apps.todo import FORM, Todo


def flask_app(todo: Todo | None = None) -> Flask:
    """A new one."""
    todo = todo or Todo()
    app = Flask(__name__)
    app.add_url_rule("/.well-known/ai-plugin.json", view_func=todo.manifest)
    app.add_url_rule("/openapi.json", view_func=todo.openapi)

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> str | tuple[str, int] | BaseResponse:
        wrong = todo.refused(request.args)
        if wrong:
            return wrong, 400
        if request.method == "GET":
            return FORM
        place = todo.signed_in(request.args, request.form)
        return redirect(place) if place else FORM

    @app.post("/token")
    def token() -> Response:
        params = request.get_json(silent=True)
        status, body = todo.exchange(params if isinstance(params, dict) else request.form)
        answer = jsonify(body)
        answer.status_code = status
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.get("/todos")
    def todos() -> tuple[Response, int]:
        status, body = todo.todos(request.headers.get("Authorization", ""))
        return jsonify(body), status

    return app


app = flask_app()
"""For those who name it: `tests.apps.flask_todo:app`."""
