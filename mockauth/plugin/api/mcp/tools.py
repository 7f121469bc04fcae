"""The tools of the sample MCP server: a list of things to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mockauth.plugin.api.auth import SCOPES, Caller
from mockauth.plugin.api.mcp.message import Message
from mockauth.plugin.context import Plugin
from mockauth.plugin.state import LONGEST_ENTRY

Run = Callable[[Plugin, Caller, Message], Message]
NOTHING: Mapping[str, Any] = MappingProxyType({"type": "object", "properties": {}})


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool: `operation` is that of the scopes of the API."""

    name: str
    title: str
    run: Run
    operation: str = "useTool"
    schema: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    reads: bool = True
    is_open: bool = False
    """Whether nobody has to sign in for it."""
    needs: str = ""
    """What the client must be able to do for it."""

    def described(self, plugin: Plugin) -> Message:
        """The tool in tools/list, with what a client must do first as ChatGPT reads it."""
        told: Message = {
            "name": self.name,
            "title": self.title,
            "description": self.title,
            "inputSchema": dict(self.schema),
            "annotations": {
                "readOnlyHint": self.reads,
                "destructiveHint": False,
                "openWorldHint": False,
            },
        }
        if plugin.policy.mcp_results == "without-schema":
            del told["inputSchema"]
        if plugin.config.auth == "oauth" and plugin.policy.mcp_tools_declare:
            schemes = [self._scheme(plugin)]
            told |= {"securitySchemes": schemes, "_meta": {"securitySchemes": schemes}}
        return told

    def _scheme(self, plugin: Plugin) -> Message:
        if self.is_open:
            return {"type": "noauth"}
        scope = SCOPES.get(self.operation, "")
        return {"type": "oauth2", "scopes": [scope] if scope in plugin.config.scopes else []}


def text(said: str, *, wrong: bool = False) -> Message:
    """The result of a tool that says one text."""
    return {"content": [{"type": "text", "text": said}], "isError": wrong}


def _whoami(plugin: Plugin, who: Caller, given: Message) -> Message:
    return text(who.user)


def _about(plugin: Plugin, who: Caller, given: Message) -> Message:
    return text("A sample MCP server of mockauth. It keeps nothing.")


def _list_todos(plugin: Plugin, who: Caller, given: Message) -> Message:
    with plugin.state.lock:
        todos = [{"id": i, "todo": todo} for i, todo in plugin.state.todos_of(who.user).items()]
    return text(json.dumps(todos))


def _add_todo(plugin: Plugin, who: Caller, given: Message) -> Message:
    todo = given.get("todo")
    if not isinstance(todo, str) or not todo:
        return text("todo must be a string", wrong=True)
    return text(plugin.state.add_todo(who.user, todo[:LONGEST_ENTRY]))


ENTRY: Mapping[str, Any] = MappingProxyType(
    {"type": "object", "properties": {"todo": {"type": "string"}}, "required": ["todo"]}
)
SAMPLE = (
    Tool(name="whoami", title="The name of the user who signed in.", run=_whoami),
    Tool(
        name="list_todos",
        title="The user's list of things to do, as JSON.",
        run=_list_todos,
        operation="listTodos",
    ),
    Tool(
        name="add_todo",
        title="Add one thing to do, and get its id.",
        run=_add_todo,
        operation="addTodo",
        schema=ENTRY,
        reads=False,
    ),
)
ABOUT = Tool(name="about", title="What this server is.", run=_about, is_open=True)
