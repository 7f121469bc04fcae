"""The step that serves a client ID metadata document, and what was fetched because of it."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Seen
from mockauth.engine.probe.client_document import published
from mockauth.engine.probe.steps.context import ProbeRun, StepResult
from mockauth.scenario.model import Step
from mockauth.wire.words import say


def describe(run: ProbeRun, step: Step) -> None:
    """Serve a document; its client is the one that `registered` means from now on."""
    material = run.material
    material.registered = published(
        run.subject, step.serve, step.change, material.lookup, material.registered
    )


def with_fetches(run: ProbeRun, step: Step, result: StepResult) -> StepResult:
    """The result of a step, unless something was fetched that must not be.

    Raises:
        Blocked: not even the document was fetched.
    """
    if not step.expect.fetched:
        return result
    made, documents = run.material.registered, run.subject.documents
    done = run.material.done.get(step.name)
    numbers = (done.n,) if done is not None else ()
    path = run.material.trap or (made.trap if made is not None else "")
    if documents.fetches(path):
        found = run.finding(step, say("the server asked for {}", path), numbers)
        return StepResult(observations=[found])
    if made is not None and made.name and not documents.fetches(made.document):
        raise Blocked(say("the server did not ask for the document"))
    seen = Seen(actual=say("not fetched"), exchanges=numbers)
    return replace(result, observations=[*result.observations, seen])
