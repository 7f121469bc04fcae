"""Installing, in the steps of OpenAI's own pages (Plugin authentication, 2023): find the manifest,
paste credentials, verify the token by a second read. Each step returns the installation as it is
afterwards, and keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.chatgpt.api import document_request
from mockauth.checks.registry import all_checks
from mockauth.engine.installation.dealings import World, dealing
from mockauth.engine.installation.installation import (
    Connection,
    Document,
    Installation,
    Phase,
)
from mockauth.engine.installation.logo import picture
from mockauth.engine.installation.remark import Places, Remark, parents, remarks
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.engine.target.action import import_document, with_editor
from mockauth.engine.target.discovery import fetch_manifest, fetch_openapi, with_manifest
from mockauth.engine.target.subject import Subject
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import Auth, HttpAuth, OAuth
from mockauth.manifest.editor import fill
from mockauth.manifest.positions import positions
from mockauth.store.installation import new_action_id, new_plugin_id, new_verification_token
from mockauth.wire import Secret
from mockauth.wire.words import render, say

STATIC = ("static",)
READ_AREAS = ("manifest", "openapi", "transport")
"""Areas whose other checks read how the documents were served."""
LATER = ("manifest.verification-token-matches", "manifest.verification-token-present")
"""Judged when the token is verified: at the first read a placeholder is right."""
WITHOUT_USERS = ("none", "service_http")
"""The auth types in which a user has no credentials."""
VERIFIED = ("oauth", "service_http")
"""The auth types that have a verification token."""


def find(world: World, person: str, target: str, plugin_id: str = "") -> Installation:
    """Read and judge what a plugin says of itself. `target` is a URL. One that this person has found
    before is read again, wherever it is now."""
    known = _found_before(world, person, target, plugin_id)
    if known is not None:
        if known.target != target:
            # Tokens and keys of its users were for another server.
            world.keeper.disconnect_all(known.id)
        return read_again(world, replace(known, target=target))
    new = Installation(id=plugin_id or new_plugin_id(), owner=person, target=target)
    world.keeper.keep(new)
    return read_again(world, new)


def _found_before(world: World, person: str, target: str, plugin_id: str) -> Installation | None:
    """This person's plugin of that id; without one, their plugin at that address."""
    listed = world.keeper.listed(person)
    ids = [plugin_id] if plugin_id else [one.id for one in listed if one.target == target]
    found = filter(None, map(world.keeper.installation, ids))
    return next((one for one in found if one.owner == person and one.profile == "plugin"), None)


def read_again(world: World, installation: Installation) -> Installation:
    """Read the documents once more: a changed manifest goes through the installation again."""
    with dealing(world, installation, installation.owner) as subject:
        read = judged(subject, _read_plugin(subject, installation))
    if installation.kind not in ("", read.kind):
        world.keeper.disconnect_all(read.id)
    _keep(world, read)
    return read


def use_form(world: World, person: str, filled: Installation) -> Installation:
    """Install a GPT Action: the document is imported, the editor's form takes the manifest's place."""
    new = replace(filled, id=filled.id or new_action_id(), owner=person, profile="action")
    # What users have belongs to what was filled in before, which may have been another server.
    world.keeper.disconnect_all(new.id)
    world.keeper.keep(new)
    return read_form_again(world, new)


def read_form_again(world: World, installation: Installation) -> Installation:
    """Import the document of an Action once more."""
    with dealing(world, installation, installation.owner) as subject:
        read = judged(subject, _read_action(subject, installation))
    _keep(world, read)
    return read


def paste(
    world: World,
    installation: Installation,
    *,
    client_id: str = "",
    client_secret: str = "",
    service_token: str = "",
) -> Installation:
    """Keep what the developer pastes. The verification token is made now, and shown."""
    pasted = replace(
        installation,
        client_id=client_id,
        client_secret=Secret(client_secret, "client_secret"),
        service_token=Secret(service_token, "service token"),
        verification_token=installation.verification_token or new_verification_token(),
        published_token=None,
        phase=Phase.VERIFYING,
    )
    world.keeper.keep(pasted)
    return pasted


def verify(world: World, installation: Installation) -> Installation:
    """Read the manifest a second time: verification_tokens.openai must match exactly."""
    read = read_again(world, installation)
    if read.phase is Phase.UNREADABLE:
        return read
    published = _published(world, read)
    matches = published == read.verification_token
    verified = replace(
        read, published_token=published, phase=Phase.READY if matches else Phase.VERIFYING
    )
    _keep(world, verified)
    return verified


def take_published(world: World, installation: Installation) -> Installation:
    """Go on with the token that the manifest has: one that ChatGPT itself issued before."""
    token = _published(world, installation)
    if not token:
        return verify(world, installation)
    return verify(world, replace(installation, verification_token=token))


def _keep(world: World, installation: Installation) -> None:
    """Keep it; what is ready and asks users for nothing is installed for who registered it."""
    world.keeper.keep(installation)
    is_ready = installation.phase is Phase.READY and installation.kind in WITHOUT_USERS
    if is_ready and world.keeper.connection(installation.id, installation.owner) is None:
        world.keeper.connect(Connection(installation=installation.id, person=installation.owner))


def _published(world: World, installation: Installation) -> str:
    with dealing(world, installation, installation.owner) as subject:
        auth = subject.target.auth
    tokens = auth.verification_tokens if isinstance(auth, OAuth | HttpAuth) else {}
    return tokens.get("openai", "")


def _read_plugin(subject: Subject, before: Installation) -> Installation:
    try:
        manifest = fetch_manifest(subject, before.target)
    except NothingJudged as reason:
        return replace(before, phase=Phase.UNREADABLE, stopped=_told(subject, reason))
    if manifest is None:
        return replace(
            before, phase=Phase.UNREADABLE, stopped=_told(subject, _no_manifest(subject))
        )
    subject.target = with_manifest(subject.target, manifest)
    subject.target = fetch_openapi(subject, "")
    auth, openapi = subject.target.auth, subject.target.openapi
    return replace(
        before,
        phase=_phase(before, auth),
        kind=auth.type if auth else "",
        name=manifest.text("name_for_human"),
        description=manifest.text("description_for_human"),
        manifest=Document(url=manifest.url, body=manifest.document.text),
        openapi=Document(url=openapi.source, body=openapi.text) if openapi else Document(),
        logo=_logo(subject, manifest.text("logo_url")),
        stopped="",
    )


def _no_manifest(subject: Subject) -> NothingJudged:
    last = subject.driver.trace.last("manifest")
    outcome = last.outcome if last else ""
    return NothingJudged(
        say(
            "no manifest at {}/.well-known/ai-plugin.json: {}",
            subject.target.url_map.target,
            outcome,
        )
    )


def _read_action(subject: Subject, before: Installation) -> Installation:
    form = before.form
    try:
        openapi = import_document(subject, form, before.target)
        auth = fill(form, openapi).auth
        subject.target = with_editor(subject.target, form, auth, openapi, "")
    except (NothingJudged, UsageError) as reason:
        return replace(before, phase=Phase.UNREADABLE, stopped=_told(subject, reason))
    info = (openapi.data or {}).get("info")
    title = info.get("title") if isinstance(info, dict) else ""
    return replace(
        before,
        phase=Phase.UNREADABLE if auth is None else Phase.READY,
        kind=auth.type if auth else "",
        name=title if isinstance(title, str) else "",
        openapi=Document(url=openapi.source, body=openapi.text),
        stopped="",
    )


def _told(subject: Subject, reason: NothingJudged | UsageError) -> str:
    return " ".join(render(line, subject.driver.secrets) for line in reason.lines)


def _phase(before: Installation, auth: Auth | None) -> Phase:
    """Where the installation goes on. What was pasted for the same auth type stays."""
    if auth is None:
        return Phase.UNREADABLE
    if auth.type not in VERIFIED:
        return Phase.READY
    if auth.type == before.kind and before.verification_token:
        return before.phase if before.phase is not Phase.UNREADABLE else Phase.VERIFYING
    return Phase.FOUND


def _logo(subject: Subject, url: str) -> bytes:
    """The logo, as the bytes of an image; empty where it is none."""
    address = subject.target.url_map(url)
    if not address.startswith(("http://", "https://")):
        return b""
    answer = subject.driver.send(document_request(address), "asset").answer
    return answer.body if answer.ok and picture(answer.body) else b""


def judged(subject: Subject, read: Installation) -> Installation:
    """The same with what the checks say of it: those that `lint` makes, and how it was served."""
    evidence = subject.target.evidence(subject.driver.trace)
    verifying = read.phase in (Phase.VERIFYING, Phase.READY) and read.verification_token
    results: list[Result] = []
    for check in all_checks():
        rule = check.rule
        if rule.kind in STATIC or (rule.area in READ_AREAS and rule.kind == "read"):
            if rule.id in LATER and not verifying:
                continue
            results.append(judge(check, evidence))
    found = tuple(_placed(subject, results))
    told = (
        say("{} is asked at {}, the address that you typed in", base, to)
        for base, to in subject.target.url_map.mapped.items()
    )
    notes = tuple(render(note, subject.driver.secrets) for note in told)
    return replace(read, remarks=found, notes=notes)


def _placed(subject: Subject, results: list[Result]) -> Iterator[Remark]:
    """The remarks, with line and column in the document that each is about."""
    manifest, openapi = subject.target.manifest, subject.target.openapi
    wanted = {str(f.at) for result in results for f in result.findings}
    pointers = {parent for at in wanted if at.startswith("/") for parent in parents(at)}
    ours, theirs = {}, {}
    if manifest is not None:
        document = manifest.document
        ours = {problem.place: (problem.line, problem.column) for problem in document.problems}
        ours |= positions(document.text, pointers) if manifest.data else {}
    if openapi is not None and openapi.data is not None:
        theirs = dict(positions(openapi.text, pointers))
    secrets, profile = subject.driver.secrets, subject.target.profile.name

    def of(about_openapi: bool, places: Places) -> tuple[Remark, ...]:
        chosen = [r for r in results if (r.rule.area == "openapi") is about_openapi]
        return remarks(chosen, secrets, places, profile=profile)

    found = (*of(False, ours), *of(True, theirs))
    yield from sorted(found, key=lambda one: not one.is_fatal)
