"""The checks of one target as items of pytest: `mockauth::token.code-single-use`.

The run is made once in a session, by the item that needs it first, and for the checks that are left
after `-k` and the like. Workers of xdist share it by a file in the session's base folder.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from mockauth.api import CheckResult, Options, Plan, Report, check, plan_of
from mockauth.cli.writing import write_whole
from mockauth.errors import NothingJudged, OurFault
from mockauth.report.formats.document import message_of
from mockauth.scenario.library import load_library
from mockauth.settings import hint

ROOT = "mockauth"
"""What the ids of the items begin with."""
RUN = "run"
"""The item of what belongs to no check: nothing was judged, or a waiver is out of date."""
SUFFIX = ".mockauth.yaml"
MOST_EXCHANGES = 5
"""Exchanges that are told of one check."""
LONGEST_BODY = 2000
"""Characters of a body in a section of the report."""


class Broken(Exception):
    """A check fails; the text is what its developer needs."""


@dataclass
class SharedRun:
    """The run of the session. `ids` are the checks to run, all of them where it is empty."""

    target: str
    options: Options
    file: Path | None
    """Where the workers of xdist share it; None where there is one process."""
    ids: tuple[str, ...] = ()
    scenarios: list[Path] = field(default_factory=list)
    _report: Report | None = None
    _fault: OurFault | None = None

    @cached_property
    def plan(self) -> Plan:
        """What it judges.

        Raises:
            OurFault: its options cannot be used.
        """
        return plan_of(self.target, **self.options)

    def report(self) -> Report:
        """The run, made now where nobody has made it.

        Raises:
            OurFault: it cannot be made, or the service could not be judged; the second time the
                test is skipped, because one failure says it all.
        """
        if self._fault is not None:
            pytest.skip(f"nothing could be judged: {self._fault.lines[0]}")
        if self._report is None:
            try:
                self._report = self._judged()
            except OurFault as wrong:
                self._fault = wrong
                raise
        return self._report

    def _judged(self) -> Report:
        report = self._made() if self.file is None else self._shared(self.file)
        stopped = report.members.get("stopped", "")
        if stopped and report.exit_code == NothingJudged.exit_code:
            raise NothingJudged(stopped)
        return report

    def _shared(self, file: Path) -> Report:
        from filelock import FileLock  # only workers need it

        with FileLock(file.with_suffix(".lock")):
            if file.exists():
                return Report.from_json(file.read_text("utf-8"))
            made = self._made()
            write_whole(file, made.to_json())
            return made

    def _made(self) -> Report:
        options: Options = {**self.options}
        if self.scenarios:
            options["scenarios"] = self.scenarios
        if self.ids:
            options["select"] = self.ids
        return check(self.target, **options)


class CheckItems:
    """Collects the checks of the target, and the scenario files of the user."""

    def __init__(self, config: pytest.Config) -> None:
        named = {
            name: config.getoption(f"mockauth_{name}") for name in ("config", "strict", "fail_on")
        }
        given: Any = {name: value for name, value in named.items() if value is not None}
        base = config.getoption("basetemp")
        is_worker = hasattr(config, "workerinput")
        file = Path(base).parent / "mockauth-run.json" if is_worker and base else None
        self.run = SharedRun(config.getoption("mockauth_target"), given, file)
        self.named: tuple[str, ...] | None = None
        """The checks that the command line names, as `mockauth::ID`; None where it names none."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take the checks out of the arguments: pytest would look for files of their names."""
        arguments = session.config.args
        ours = [one for one in arguments if one.split("::")[0] == ROOT]
        if ours:
            self.named = tuple(one.partition("::")[2] for one in ours)
            session.config.args[:] = [one for one in arguments if one not in ours]
        elif arguments and all(SUFFIX in one for one in arguments):
            self.named = ()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add the checks to what the session collects."""
        report = yield
        if isinstance(collector, pytest.Session) and self.named != ():
            checks = Checks.from_parent(collector, name=ROOT, nodeid=ROOT)
            checks.items = self
            report.result = [*(report.result or []), checks]
        return report

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """The user's own probes."""
        if not file_path.name.endswith(SUFFIX):
            return None
        found = ScenarioFile.from_parent(parent, path=file_path)
        found.items = self
        self.run.scenarios.append(file_path)
        return found

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Run no more than what is left, unless the run as a whole is asked for."""
        left = [one.name for one in session.items if isinstance(one, CheckItem)]
        if RUN not in left:
            self.run.ids = tuple(dict.fromkeys(left))


class Checks(pytest.Collector):
    """All checks of the target."""

    items: CheckItems

    def collect(self) -> Iterable[pytest.Item]:
        """One item for each check, and one for the run as a whole."""
        run, named = self.items.run, self.items.named
        try:
            ids = run.plan.ids
        except OurFault as wrong:
            raise self.CollectError("\n".join(wrong.lines)) from None
        wanted = [one for one in (*ids, RUN) if not named or one in named or "" in named]
        for missing in set(named or ()) - {"", RUN, *ids}:
            raise self.CollectError(f"there is no check {missing}{hint(missing, ids)}")
        yield from (_item(self, one, run) for one in wanted)


class ScenarioFile(pytest.File):
    """A file of the user with a probe."""

    items: CheckItems

    def collect(self) -> Iterable[pytest.Item]:
        """Its probe."""
        try:
            probes = load_library([self.path]).own.probes
        except OurFault as wrong:
            raise self.CollectError("\n".join(wrong.lines)) from None
        yield from (_item(self, probe.rule.id, self.items.run) for probe in probes)


class CheckItem(pytest.Item):
    """One check of the run."""

    run: SharedRun

    def runtest(self) -> None:
        """Judge by what the run found."""
        try:
            report = self.run.report()
        except OurFault as wrong:
            raise Broken(
                "\n".join([f"nothing could be judged: {wrong.lines[0]}", *wrong.lines[1:]])
            ) from None
        if self.name == RUN:
            _judge_run(report, self.run.plan)
            return
        if self.name not in report:
            pytest.skip("left out by select or ignore")
        result = report[self.name]
        self._tell(report, result)
        self._judge(report, result)

    def _judge(self, report: Report, result: CheckResult) -> None:
        stale = _stale(report, result.id)
        if result.waiver is not None:
            reason = str(result.waiver["reason"])
            self.add_marker(pytest.mark.xfail(reason=f"waived: {reason}", strict=True))
            raise Broken(result.told())
        if stale and self.run.plan.fail_on != "never":
            self.add_marker(pytest.mark.xfail(reason=stale, strict=True))
        elif self._fails(result):
            raise Broken(result.told())
        elif result.state == "blocked" and self._is_owed(result):
            raise Broken(f"{result.id} ({result.level}), not judged: {result.actual}")
        elif result.state in ("blocked", "n/a"):
            pytest.skip(f"{result.state}: {result.actual}")

    def _fails(self, result: CheckResult) -> bool:
        """Whether its state is one that fails the test."""
        fail_on = self.run.plan.fail_on
        if result.state == "fail":
            return fail_on != "never"
        return result.state == "error" or (result.state == "warn" and fail_on == "should")

    def _is_owed(self, result: CheckResult) -> bool:
        """Whether a check that is blocked fails the test: any where pytest is told so, else a critical
        one that the service itself blocks, and with `strict` of the settings any critical one."""
        if self.run.plan.fail_on == "never":
            return False
        is_due = self.run.plan.strict or not result.blocked_by
        is_critical = result.level == "critical"
        return bool(self.config.getoption("mockauth_strict")) or (is_critical and is_due)

    def _tell(self, report: Report, result: CheckResult) -> None:
        """Evidence for the report of the test: the verdict and the exchanges that show it."""
        self.user_properties += [
            ("mockauth_state", result.state),
            ("mockauth_level", result.level),
            ("mockauth_sources", ", ".join(result.refs)),
        ]
        if not self._fails(result):  # else it is what the test fails with
            self.add_report_section("call", "mockauth", result.told())
        shown = [one for one in report.exchanges if one["n"] in result.exchanges]
        for one in shown[:MOST_EXCHANGES]:
            self.add_report_section("call", f"exchange #{one['n']}", message_of(one, LONGEST_BODY))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], *more: Any, **named: Any
    ) -> Any:
        """What is wrong, without the lines of this file."""
        if isinstance(excinfo.value, Broken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *more, **named)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The name of the check."""
        return self.path, None, f"{ROOT}::{self.name}"


def _item(parent: pytest.Collector, name: str, run: SharedRun) -> CheckItem:
    item: CheckItem = CheckItem.from_parent(parent, name=name)
    item.run = run
    return item


def _judge_run(report: Report, plan: Plan) -> None:
    """See that the run could judge, and that no reason for its exit code is left that belongs to no
    check that fails."""
    if report.exit_code == NothingJudged.exit_code:
        raise Broken(report.verdict)
    policy: Sequence[Mapping[str, Any]] = report.members["policy"]
    told = [str(one["text"]) for one in policy if one["kind"] != "stale"]
    if told and plan.fail_on != "never":
        raise Broken("\n".join([report.verdict, *told]))


def _stale(report: Report, id: str) -> str:
    """What is said of a waiver or a line of the baseline that this check does not need any more."""
    policy: Sequence[Mapping[str, Any]] = report.members["policy"]
    found = [str(one["text"]) for one in policy if (one["id"], one["kind"]) == (id, "stale")]
    return found[0] if found else ""
