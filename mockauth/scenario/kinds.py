"""The three kinds of scenario files, told apart by what they hold.

Each kind brings its own models and readers, and most runs read one kind only: so a reader is
imported when a file of its kind is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mockauth.scenario.strict import Document

if TYPE_CHECKING:
    from mockauth.plugin.faults.fault import Fault
    from mockauth.scenario.client_model import ClientProbe
    from mockauth.scenario.model import Probe

Kind = Literal["probe", "client", "faults"]


def kind_of_file(document: Document) -> Kind:
    """What a parsed file is: a probe of a service, a probe of a client under test, or faults."""
    value = document.value if isinstance(document.value, dict) else {}
    if value.get("role") == "plugin":
        return "client"
    return "faults" if "faults" in value else "probe"


def look_over(document: Document) -> None:
    """Read a parsed file of any kind; `document.problems` then says what is wrong in it."""
    readers = {"probe": read_probe, "client": read_client_probe, "faults": read_faults}
    readers[kind_of_file(document)](document)


def read_probe(document: Document) -> Probe | None:
    """The probe of a parsed file, or None when `document.problems` says why not."""
    from mockauth.scenario.read import read_probe as read

    return read(document)


def read_client_probe(document: Document) -> ClientProbe | None:
    """The probe of a client, or None when `document.problems` says why not."""
    from mockauth.scenario.client_read import read_client_probe as read

    return read(document)


def read_faults(document: Document) -> list[Fault]:
    """The faults of a parsed file; none when `document.problems` says what is wrong."""
    from mockauth.scenario.faults import read_faults as read

    return read(document)
