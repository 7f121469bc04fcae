"""The JSON Schemas that editors complete and check scenario files with.

They come from the same forms that read the files. A schema cannot say everything: references, and
what has a meaning in some steps only, are left to `mockauth lint`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from mockauth.scenario.client_read import CLIENT_FILE
from mockauth.scenario.faults import FAULTS_FILE
from mockauth.scenario.form import Form, Schema
from mockauth.scenario.read import PROBE_FILE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: Mapping[str, tuple[str, Form]] = MappingProxyType(
    {
        "scenario.schema.json": ("A probe of mockauth", PROBE_FILE),
        "faults.schema.json": ("Faults of mockauth's plugin", FAULTS_FILE),
        "client.schema.json": ("A probe of a client under test", CLIENT_FILE),
    }
)


def scenario_schema() -> Schema:
    """The schema of a probe file."""
    return _schema("scenario.schema.json")


def faults_schema() -> Schema:
    """The schema of a file of faults."""
    return _schema("faults.schema.json")


def client_schema() -> Schema:
    """The schema of a probe of a client."""
    return _schema("client.schema.json")


def schema_text(name: str) -> str:
    """One of the schemas as it stands in its file."""
    return json.dumps(_schema(name), indent=2, ensure_ascii=False) + "\n"


def _schema(name: str) -> Schema:
    title, form = FILES[name]
    return {"$schema": DIALECT, "title": title, **form.schema}
