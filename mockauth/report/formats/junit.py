"""A run as JUnit XML, as Jenkins, GitLab and others read it.

The shape is that of Jenkins' junit-10.xsd; what XML 1.0 cannot hold becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mockauth.report.formats.document import Check, Document, exchanges_of, message_of, policy_of

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
KINDS: Mapping[str, str] = MappingProxyType(
    {"fail": "failure", "error": "error", "n/a": "skipped", "waived": "skipped"}
)
"""The element of a state; a blocked check is a failure when critical, as the exit code has it."""
TOTALS = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
"""The names of the counts, and what each counts; of all suites together the schema has two."""
MOST_EVIDENCE = 4_000
"""Characters of one exchange beside a test."""


def render(document: Document) -> str:
    """The report as XML."""
    checks = sorted([*document["checks"], *policy_of(document)], key=_area)
    root = Element("testsuites", name=_text(f"mockauth {document['target']}"))
    for area, group in groupby(checks, key=_area):
        _suite(root, document, area, [*group])
    _count(root, TOTALS[:2])
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def render_many(targets: Iterable[tuple[str, str, Document | None]]) -> str:
    """Many targets as one report: a suite for each, by its name, with its verdict and the checks that
    apply. Where it was not judged the verdict says why, and is all. What was sent stands in the report
    of each."""
    root = Element("testsuites", name="mockauth")
    for name, verdict, document in targets:
        _target(root, name, verdict, document)
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _target(root: Element, name: str, verdict: str, document: Document | None) -> None:
    checks = [one for one in document["checks"] if one["state"] != "n/a"] if document else []
    suite = SubElement(root, "testsuite", name=name)
    case = SubElement(suite, "testcase", name="verdict", classname=name)
    if document is None:
        said = SubElement(case, "error", type="not judged", message=_text(f"not judged: {verdict}"))
        said.text = _text(verdict)
    elif document["gate"]["exit_code"]:
        said = SubElement(case, "failure", type="verdict", message=_text(verdict))
        said.text = _text("\n".join(document["gate"]["reasons"]))
    for check in checks:
        _case(suite, {"profile": name, "exchanges": ()}, check)
    _count(suite)


def _suite(root: Element, document: Document, area: str, checks: Sequence[Check]) -> None:
    suite = SubElement(root, "testsuite", name=area)
    suite.set("timestamp", _text(str(document.get("started", ""))))
    properties = SubElement(suite, "properties")
    for name in ("target", "profile", "auth"):
        value = _text(str(document.get(name, "")))
        SubElement(properties, "property", name=name, value=value)
    for check in checks:
        _case(suite, document, check)
    _count(suite)


def _count(element: Element, totals: Sequence[tuple[str, str]] = TOTALS) -> None:
    """Write down how many tests there are below, and how many of each kind."""
    element.set("tests", str(len([*element.iter("testcase")])))
    for total, kind in totals:
        element.set(total, str(len(element.findall(f".//testcase/{kind}"))))


def _case(suite: Element, document: Document, check: Check) -> None:
    classname = f"mockauth.{document['profile']}.{_area(check)}"
    case = SubElement(suite, "testcase", name=_text(check["id"]), classname=_text(classname))
    kind = _kind(check)
    if kind:
        said = SubElement(case, kind, type=check["level"] or "none", message=_text(_said(check)))
        said.text = _text(_told(check))
    if kind in ("failure", "error"):
        shown = [message_of(one)[:MOST_EVIDENCE] for one in exchanges_of(document, check)]
        if shown:
            SubElement(case, "system-out").text = _text("\n\n".join(shown))


def _kind(check: Check) -> str:
    if check["state"] == "blocked":
        return "failure" if check["level"] == "critical" and not check["blocked_by"] else "skipped"
    return KINDS.get(check["state"], "")


def _said(check: Check) -> str:
    if check["state"] == "blocked":
        return f"Not testable: {check['actual']}"
    waiver = check.get("waiver")
    if check["state"] == "waived" and waiver:
        return f"waived: {waiver['reason']}"
    return str(check["actual"] or check["title"])


def _told(check: Check) -> str:
    rows = {
        "rule": check["title"],
        "expected": check["expected"],
        "found": check["actual"],
        "at": check["at"],
        "ChatGPT shows": check["chatgpt_shows"],
        "fix": check["fix"],
        "because of": ", ".join(check.get("caused_by", ())),
        "sources": ", ".join(check["refs"]),
    }
    return "\n".join(f"{name}: {text}" for name, text in rows.items() if text)


def _area(check: Check) -> str:
    return str(check["id"]).partition(".")[0]


def _text(text: str) -> str:
    return NO_XML.sub("\ufffd", text)
