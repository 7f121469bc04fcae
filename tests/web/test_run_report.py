"""What a report's page says of checks that were not judged."""

from __future__ import annotations

from mockauth.web.run_report import missing


def test_an_option_is_named_as_the_form_names_it() -> None:
    slow = {"blocked_by": "--slow", "actual": "needs waiting: give --slow"}
    other = {"blocked_by": "--operation", "actual": "give --operation"}

    assert "Also the checks that wait or make load" in missing(slow)
    assert missing(other) == "give --operation"
