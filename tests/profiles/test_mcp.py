from mockauth.profiles import MCP, Level
from mockauth.profiles.mcp import REVISIONS, with_revision

STATELESS_ONLY, SESSIONS_ONLY = "mcp.header-mismatch-refused", "mcp.stale-session-is-404"
BOUND: dict[str, Level] = {"mcp": "must"}


def test_a_second_revision_takes_the_place_of_the_first() -> None:
    first = with_revision(MCP, "2025-11-25")

    second = with_revision(first, "2026-07-28")

    assert first.level(STATELESS_ONLY, BOUND) is None
    assert second.level(STATELESS_ONLY, BOUND) == "must"
    assert second.level(SESSIONS_ONLY, BOUND) is None
    assert second == with_revision(MCP, "2026-07-28")


def test_a_revision_leaves_the_developers_own_levels_alone() -> None:
    own = MCP.with_levels({STATELESS_ONLY: "info", "resource": "off"})

    judged = with_revision(own, "2025-11-25")

    assert judged.level(STATELESS_ONLY, BOUND) == "info"
    assert judged.level("resource.malformed-refused", BOUND) is None


def test_a_promised_iss_that_does_not_come_is_a_failure_from_2025_11_25_on() -> None:
    rule = "callback.iss-present-when-advertised"

    levels = [with_revision(MCP, revision).level(rule, BOUND) for revision in REVISIONS]

    assert levels == ["should", "should", "must", "must"]
