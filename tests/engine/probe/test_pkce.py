import re

from mockauth.chatgpt.pkce import challenge
from mockauth.engine.probe.pkce import GOOD, material

WELL_FORMED = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 section 4.2


def test_an_altered_challenge_is_well_formed_and_not_that_of_the_verifier() -> None:
    right = challenge(GOOD)

    for kind in ("swapped", "other-end", "longer"):
        altered = material(f"{kind}-challenge")
        assert WELL_FORMED.fullmatch(altered)
        assert altered != right

    assert material("swapped-challenge").lower() == right.lower()
    assert material("longer-challenge").startswith(right)
    assert material("other-end-challenge")[:41] == right[:41]
