"""A second program on one store; run by test_postgres.py. It obeys lines and answers each."""

from __future__ import annotations

import os
import sys

from mockauth.store.login import PendingLogin
from mockauth.store.store import Store, open_store
from tests.store import made


def obey(store: Store, verb: str, *words: str) -> str:
    """What came of one line."""
    if verb == "begin":
        installation, person, browser = words
        there, who = store.installation(installation), store.person(person)
        assert there
        assert who
        return store.begin_login(made.login(there, who), browser).state
    if verb == "finish":
        state, plugin_id, browser = words
        login = store.claim_login(state, plugin_id, browser)
        if not isinstance(login, PendingLogin):
            return str(login)
        there, who = store.installation(login.installation), store.person(login.person)
        assert there
        assert who
        return store.connect(made.connection(there, who)).id
    plugin_id, browser, *states = words
    claims = (store.claim_login(state, plugin_id, browser) for state in states)
    return "".join("1" if isinstance(claim, PendingLogin) else "0" for claim in claims)


def main() -> None:
    """Obey until the input ends."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with open_store(os.environ["STORE"]) as store:
        sys.stdout.write("opened\n")
        sys.stdout.flush()
        for line in sys.stdin:
            sys.stdout.write(obey(store, *line.split()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
