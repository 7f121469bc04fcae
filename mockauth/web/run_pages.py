"""Running all checks on an installed plugin: the form, the progress, the report, two compared."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.dealings import refused_to_all
from mockauth.engine.installation.installation import Installation
from mockauth.store.run import Run, compared
from mockauth.web.event_stream import event_stream
from mockauth.web.pages import Pages
from mockauth.web.plugin_page import sample_of
from mockauth.web.run_form import is_on_a_desk, options_of, read_form
from mockauth.web.run_report import counted, evidence, missing, report_of
from mockauth.web.run_saved import SAVED, saved_as
from mockauth.web.run_shelf import UNFINISHED, Progress, RunShelf
from mockauth.web.run_work import Works


def add_run_pages(blueprint: Blueprint, pages: Pages) -> None:
    """The runs of a plugin. They are made with its developer's secrets, so only they see them."""
    shelf = RunShelf(pages.world.keeper.store, pages.world.clock)
    works = Works(pages.world, shelf)
    _start(blueprint, pages, shelf, works)
    _one(blueprint, pages, shelf, works)
    _finished(blueprint, pages, shelf)


def _start(blueprint: Blueprint, pages: Pages, shelf: RunShelf, works: Works) -> None:
    @blueprint.get("/plugins/<id>/runs/")
    def runs(id: str) -> str:
        return _runs(pages, shelf, pages.owned(id))

    @blueprint.post("/plugins/<id>/runs/start")
    def start_run(id: str) -> BaseResponse | tuple[str, int]:
        installation = pages.owned(id)
        wrong = _refused(pages, installation)
        if wrong:
            return _runs(pages, shelf, installation, wrong=wrong), 400
        form = read_form(request.form)
        options = options_of(installation, pages.connection(installation), form)
        return redirect(url_for(".run", id=id, run=works.start(options)), 303)

    @blueprint.post("/plugins/<id>/runs/<run>/stop")
    def stop_run(id: str, run: str) -> BaseResponse:
        work = works.of(pages.owned(id).id, run)
        if work is not None:
            work.end()
        return redirect(url_for(".run", id=id, run=run), 303)


def _one(blueprint: Blueprint, pages: Pages, shelf: RunShelf, works: Works) -> None:
    @blueprint.get("/plugins/<id>/runs/<run>/")
    def run(id: str, run: str) -> str:
        installation = pages.owned(id)
        kept = _kept(shelf, id, run)
        if kept.summary.exit_code != UNFINISHED:
            return _report(shelf, installation, kept)
        work = works.of(id, run)
        progress = work.progress if work is not None else shelf.progress(kept)
        return render_template(
            "chatgpt/run.html",
            plugin=installation,
            run=kept.summary,
            progress=progress,
            mark=_mark(progress),
            is_interrupted=work is None and shelf.is_interrupted(kept),
        )

    @blueprint.get("/plugins/<id>/runs/<run>/events")
    def run_events(id: str, run: str) -> Response:
        pages.owned(id)
        _kept(shelf, id, run)

        def mark() -> str:
            work = works.of(id, run)
            if work is not None:
                return _mark(work.progress)
            kept = shelf.one(id, run)
            is_over = kept is None or kept.summary.exit_code != UNFINISHED
            if kept is None or is_over or shelf.is_interrupted(kept):
                return ""
            return _mark(shelf.progress(kept))

        return event_stream(mark)


def _finished(blueprint: Blueprint, pages: Pages, shelf: RunShelf) -> None:
    @blueprint.get("/plugins/<id>/runs/<run>/report.<ending>")
    def run_report(id: str, run: str, ending: str) -> Response:
        pages.owned(id)
        kept, saved = _kept(shelf, id, run), SAVED.get(ending)
        if kept.summary.exit_code == UNFINISHED or saved is None:
            abort(404)
        text = saved_as(kept, saved.kind)
        if text is None:
            abort(404)
        answer = Response(text, mimetype=saved.media_type)
        name = f"mockauth-{run[:8]}.{ending}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    @blueprint.get("/plugins/<id>/runs/compare")
    def compare_runs(id: str) -> str:
        installation = pages.owned(id)
        chosen = [shelf.one(id, request.args.get(name, "")) for name in ("old", "new")]
        found = [one for one in chosen if one and one.summary.exit_code != UNFINISHED]
        if len(found) != 2:
            abort(404)
        old, new = sorted(found, key=lambda one: one.summary.started)
        is_like = new.summary.is_like(old.summary)
        return render_template(
            "chatgpt/compare.html",
            plugin=installation,
            old=old.summary,
            new=new.summary,
            change=compared(old.states, new.states) if is_like else None,
        )

    @blueprint.post("/plugins/<id>/runs/<run>/remove")
    def remove_run(id: str, run: str) -> BaseResponse:
        pages.owned(id)
        shelf.store.remove_run(_kept(shelf, id, run).summary.id)
        return redirect(url_for(".runs", id=id), 303)


def _runs(pages: Pages, shelf: RunShelf, installation: Installation, *, wrong: str = "") -> str:
    listed = shelf.listed(installation.id)
    return render_template(
        "chatgpt/runs.html",
        plugin=installation,
        rows=[(one, counted(one.counts)) for one in listed],
        finished=[one for one in listed if one.exit_code != UNFINISHED],
        wrong=wrong,
        sample=sample_of(pages, installation),
        has_login=installation.kind == "oauth" or (installation.is_mcp and not installation.kind),
        must_confirm=not is_on_a_desk(installation),
    )


def _report(shelf: RunShelf, installation: Installation, kept: Run) -> str:
    report, before = report_of(kept), shelf.before(installation.id, kept.summary)
    earlier = shelf.one(installation.id, before.id) if before is not None else None
    return render_template(
        "chatgpt/report.html",
        plugin=installation,
        run=kept.summary,
        report=report,
        evidence=lambda check: evidence(report, check),
        missing=missing,
        saved=SAVED if report.is_whole else {"json": SAVED["json"]},
        before=before,
        change=compared(earlier.states, kept.states) if earlier is not None else None,
    )


def _refused(pages: Pages, installation: Installation) -> str:
    """Why no run can be made, as a sentence."""
    if refused_to_all(pages.world, installation.target):
        return "Pages that other machines reach ask no private address."
    if installation.kind or installation.is_mcp:  # a run finds out anew what an MCP server is
        return ""
    return "Nothing was read of this plugin yet: read it again first."


def _kept(shelf: RunShelf, id: str, run: str) -> Run:
    kept = shelf.one(id, run)
    if kept is None:
        abort(404)
    return kept


def _mark(progress: Progress) -> str:
    """Another one whenever the page would be another."""
    return f"{progress.judged}-{progress.step}"
