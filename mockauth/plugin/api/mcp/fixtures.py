"""The tools that MCP's conformance suite calls, by the names that it knows."""

from __future__ import annotations

from mockauth.plugin.api.auth import Caller
from mockauth.plugin.api.mcp.message import Message
from mockauth.plugin.api.mcp.tools import Run, Tool, text
from mockauth.plugin.context import Plugin

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SOUND = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
IMAGE = {"type": "image", "data": PICTURE, "mimeType": "image/png"}
RESOURCE = {
    "type": "resource",
    "resource": {
        "uri": "test://embedded-resource",
        "mimeType": "text/plain",
        "text": "This is an embedded resource content.",
    },
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def _saying(*content: Message, wrong: bool = False) -> Run:
    def run(plugin: Plugin, who: Caller, given: Message) -> Message:
        return {"content": list(content), "isError": wrong}

    return run


def _text(said: str, *, wrong: bool = False) -> Run:
    return _saying(*text(said)["content"], wrong=wrong)


FIXTURES = (
    Tool(
        name="test_simple_text",
        title="A text.",
        run=_text("This is a simple text response for testing."),
    ),
    Tool(name="test_image_content", title="A picture.", run=_saying(IMAGE)),
    Tool(
        name="test_audio_content",
        title="A sound.",
        run=_saying({"type": "audio", "data": SOUND, "mimeType": "audio/wav"}),
    ),
    Tool(name="test_embedded_resource", title="A resource.", run=_saying(RESOURCE)),
    Tool(
        name="test_multiple_content_types",
        title="A text, a picture and a resource.",
        run=_saying(
            {"type": "text", "text": "Multiple content types test:"},
            IMAGE,
            {
                "type": "resource",
                "resource": {
                    "uri": "test://mixed-content-resource",
                    "mimeType": "application/json",
                    "text": '{"test":"data","value":123}',
                },
            },
        ),
    ),
    Tool(
        name="test_error_handling",
        title="An error.",
        run=_text("This tool intentionally returns an error for testing", wrong=True),
    ),
    Tool(
        name="test_missing_capability",
        title="A tool that needs sampling.",
        run=_text("The client can sample."),
        needs="sampling",
    ),
    Tool(
        name="json_schema_2020_12_tool",
        title="A tool whose input is described by JSON Schema 2020-12.",
        run=_text("JSON Schema 2020-12"),
        schema=SCHEMA,
    ),
)
OF_CLIENTS = Tool(name="test-tool", title="A text.", run=_text("This is a test."))
"""What the clients call that the suite judges."""
