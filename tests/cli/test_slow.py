"""`--slow`, with and without its number."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from mockauth.cli.option import Patience, SlowCommand, option


@click.command(cls=SlowCommand)
@click.argument("target")
@option("--slow", type=Patience(), default=0.0)
def command(target: str, slow: float) -> None:
    """Says what it was given."""
    click.echo(f"{target} {slow:g}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x"], "x 0"),
        (["x", "--slow"], "x 60"),
        (["--slow", "x"], "x 60"),
        (["--slow", "300", "x"], "x 300"),
        (["--slow=1.5", "x"], "x 1.5"),
    ],
)
def test_slow_takes_seconds_and_may_stand_alone(words: list[str], said: str) -> None:
    assert CliRunner().invoke(command, words).output.strip() == said


@pytest.mark.parametrize(("value", "seconds"), [("true", "60"), ("false", "0"), ("90", "90")])
def test_the_environment_may_say_true(value: str, seconds: str) -> None:
    run = CliRunner().invoke(command, ["x"], env={"MOCKAUTH_SLOW": value})

    assert run.output.strip() == f"x {seconds}"


def test_what_is_no_number_of_seconds_is_named() -> None:
    run = CliRunner().invoke(command, ["x", "--slow=soon"])

    assert run.exit_code == 2
    assert "--slow 60" in run.output


def test_no_word_at_all_is_wrong_use() -> None:
    run = CliRunner().invoke(command, [])

    assert run.exit_code == 2
    assert "Missing argument" in run.output
