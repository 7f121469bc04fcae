"""The protected API: a todo list per user."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.auth import Caller, Refused, caller, challenge, sample_api
from mockauth.plugin.context import Plugin
from mockauth.plugin.state import LONGEST_ENTRY


def api_blueprint(plugin: Plugin) -> Blueprint:
    """The API of one app."""
    blueprint = sample_api()

    @blueprint.before_request
    def preflight() -> BaseResponse | None:
        if request.method == "OPTIONS" and not plugin.policy.preflight_open:
            return challenge(plugin, "")
        return None

    @blueprint.get("/todos")
    def list_todos() -> BaseResponse:
        who = caller(plugin, "listTodos")
        with plugin.state.lock:
            todos = [_entry(*item) for item in plugin.state.todos_of(who.user).items()]
        return jsonify({"user": who.user, "todos": todos})

    @blueprint.post("/todos")
    def add_todo() -> BaseResponse:
        who = caller(plugin, "addTodo")
        text = _text()
        todo_id = plugin.state.add_todo(who.user, text)
        answer = jsonify(_entry(todo_id, text))
        answer.status_code = 201
        answer.headers["Location"] = url_for("api.get_todo", todo_id=todo_id)
        return answer

    @blueprint.get("/todos/<todo_id>")
    def get_todo(todo_id: str) -> BaseResponse:
        todos = _todos_with(plugin, caller(plugin, "getTodo"), todo_id)
        return jsonify(_entry(todo_id, todos[todo_id]))

    @blueprint.put("/todos/<todo_id>")
    def change_todo(todo_id: str) -> BaseResponse:
        todos = _todos_with(plugin, caller(plugin, "changeTodo"), todo_id)
        todos[todo_id] = _text()
        return jsonify(_entry(todo_id, todos[todo_id]))

    @blueprint.delete("/todos/<todo_id>")
    def delete_todo(todo_id: str) -> BaseResponse:
        todos = _todos_with(plugin, caller(plugin, "deleteTodo"), todo_id)
        todos.pop(todo_id, None)
        return Response(status=204)

    return blueprint


def _todos_with(plugin: Plugin, who: Caller, todo_id: str) -> dict[str, str]:
    """The list that has the entry. One of another user is answered as one that does not exist.

    Raises:
        Refused: 404.
    """
    with plugin.state.lock:
        owner = plugin.state.owner_of(todo_id)
        own = owner == who.user or not plugin.policy.object_owner_checked
        if owner is None or not own:
            raise Refused(_problem(404, "there is no such todo"))
        return plugin.state.todos_of(owner)


def _text() -> str:
    body = request.get_json(silent=True)
    text = body.get("todo") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text:
        raise Refused(_problem(400, "todo must be a string"))
    return text[:LONGEST_ENTRY]


def _entry(todo_id: str, text: str) -> dict[str, str]:
    return {"id": todo_id, "todo": text}


def _problem(status: int, text: str) -> BaseResponse:
    answer = jsonify({"error": text})
    answer.status_code = status
    return answer
