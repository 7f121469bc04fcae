"""One check made again: its messages, and whether the result is that of the saved run, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mockauth.report.as_curl import as_curl
from mockauth.report.change import change_of, differences
from mockauth.report.formats.document import Check, Document, Exchange
from mockauth.wire.one_line import one_line

MOST = 60
"""Messages that are listed."""
UNJUDGED = ("blocked", "n/a")
VARYING = re.compile(r"‹[^‹›]*›|[0-9]+")
"""What differs between two runs that found the same: secrets, ports, lengths, times."""


def told(saved: Document, now: Document, check_id: str) -> str:
    """The replay `now` of a check of `saved` as lines, the verdict last."""
    before, after = _check(saved, check_id), _check(now, check_id)
    lines = [f"{check_id} ({after['level']}): {after['title']}", f"at {now['target']}"]
    lines += map(one_line, differences(change_of(saved, now)))
    if _needs_more(before, after, now):
        lines.append("note: it judges the messages of many checks; mockauth check makes them all")
    lines += _listed(steps(now, check_id))
    lines += map(one_line, _found(before, after))
    mark = "✗" if now["gate"]["exit_code"] else "✓"
    lines += ["", one_line(f"{mark} {_compared(before, after, saved)}")]
    return "\n".join(lines)


def _check(run: Document, check_id: str) -> Check:
    found: Check = next(one for one in run["checks"] if one["id"] == check_id)
    return found


def steps(run: Document, check_id: str) -> Sequence[Exchange]:
    """The messages that were sent for a check, and others that it has judged."""
    check = _check(run, check_id)
    cited = {n for place in check["findings"] for n in place["exchanges"]} | {*check["exchanges"]}
    return [x for x in run["exchanges"] if x["probe"] == check_id or x["n"] in cited]


def _needs_more(before: Check, after: Check, now: Document) -> bool:
    """Whether a check was judged when there was more to read than the sign-in."""
    sends = any(one["probe"] == after["id"] for one in now["exchanges"])
    lost = after["state"] in UNJUDGED and before["state"] not in UNJUDGED
    return lost and not sends and not now["stopped"]


def _listed(found: Sequence[Exchange]) -> Iterator[str]:
    for step in found[:MOST]:
        yield from _step(step)
    if len(found) > MOST:
        yield f"\nand {len(found) - MOST} more"


def _step(one: Exchange) -> Iterator[str]:
    request, answer = one["request"], one["response"]
    came = answer["status"] if answer else one["error"] or "left by the browser, never sent"
    yield f"\n[{one['n']}] {request['method']} {request['url']} → {one_line(str(came))}"
    # What stopped at ChatGPT's door is no request of the check.
    if answer or one["error"]:
        yield "    " + as_curl(request).replace("\n", "\n    ")


def _found(before: Check, after: Check) -> Iterator[str]:
    yield ""
    if after["expected"]:
        yield f"expected  {after['expected']}"
    if after["actual"]:
        yield f"found     {after['actual']}"
    if _kind(before["actual"]) != _kind(after["actual"]):
        yield f"then      {before['actual'] or '(nothing to tell)'}"


def _kind(text: str) -> str:
    return VARYING.sub("…", text)


def _compared(before: Check, after: Check, saved: Document) -> str:
    """States without waivers: what is waived is still there."""
    was, now = (one["waived_state"] or one["state"] for one in (before, after))
    when = str(saved.get("started", ""))[:16].replace("T", " ")
    if was == now:
        return f"{now}, as in the saved run of {when} UTC"
    return f"{now}; in the saved run of {when} UTC it was {was}"
