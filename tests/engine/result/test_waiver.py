"""Reading the `[[waiver]]` entries of a configuration file."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from mockauth.engine.result.waiver import Waiver, read_waivers
from mockauth.errors import UsageError

GOOD = 'id = "page.frame-guard"\nreason = "The portal frames it."\n'


def read(*entries: str) -> tuple[Waiver, ...]:
    """The waivers of a file with these entries."""
    text = "".join(f"[[waiver]]\n{entry}\n" for entry in entries)
    return read_waivers(tomllib.loads(text).get("waiver", []), "mockauth.toml")


@pytest.mark.parametrize("until", ["2027-01-31", '"2027-01-31"'])
def test_a_date_may_be_written_as_toml_or_as_text(until: str) -> None:
    (waiver,) = read(f"{GOOD}until = {until}")

    assert waiver == Waiver(
        id="page.frame-guard",
        reason="The portal frames it.",
        until=date(2027, 1, 31),
        place="mockauth.toml: [[waiver]] 1",
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"{GOOD}", "until is missing"),
        (f"{GOOD}until = 2027-01-31T00:00:00Z", "until must be a date"),
        (f'{GOOD}until = "2027-02-30"', "until must be a date"),
        (f'{GOOD}until = "2027-W04-7"', "until must be a date"),
        (f"{GOOD}until = 2027", "until must be a date"),
        (f"{GOOD}until = 2027-01-31\nuntill = 1", "unknown key 'untill'; did you mean until?"),
        ('id = "a.b"\nuntil = 2027-01-31', "reason is missing"),
        ('id = "a.b"\nreason = "  "\nuntil = 2027-01-31', "reason must be a sentence"),
        ('reason = "r"\nuntil = 2027-01-31', "id is missing"),
        ('id = 1\nreason = "r"\nuntil = 2027-01-31', "id must be the id of a check"),
    ],
)
def test_a_waiver_that_is_not_complete_is_an_error_with_file_and_entry(
    entry: str, said: str
) -> None:
    with pytest.raises(UsageError) as wrong:
        read('id = "c.d"\nreason = "r"\nuntil = 2027-01-31', entry)

    assert str(wrong.value).startswith("mockauth.toml: [[waiver]] 2")
    assert said in str(wrong.value)


def test_all_wrong_entries_are_named_at_once() -> None:
    with pytest.raises(UsageError) as wrong:
        read('reason = "r"', GOOD, f"{GOOD}until = 2027-01-31")

    lines = str(wrong.value).splitlines()
    assert [line.partition(":")[2].split()[1] for line in lines] == ["1:", "1:", "2", "3:"]
    assert "waived above already" in lines[-1]


@pytest.mark.parametrize("entries", [{"id": "a.b"}, "a.b", 1, [1], ["a.b"]])
def test_another_shape_is_an_error_that_shows_the_right_one(entries: object) -> None:
    with pytest.raises(UsageError, match=r"\[\[waiver\]\]"):
        read_waivers(entries, "mockauth.toml")
