"""What happened lately, as one person sees it."""

from __future__ import annotations

from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.keeper import Keeper
from mockauth.store.store import open_store

ID = "plugin-00000000-0000-4000-8000-000000000000"


def test_the_last_messages_of_a_person_are_found_among_those_of_others() -> None:
    with open_store("memory") as store:
        keeper = Keeper(store)
        ada, grace = keeper.new_person(), keeper.new_person()
        keeper.keep(Installation(id=ID, owner=ada, target="http://localhost"))
        assert keeper.lately(ID, ada, most=3) == ()
        for number in range(1, 511):
            keeper.note(ID, ada if number % 100 == 0 else grace, "", {"n": number})

        latest = keeper.lately(ID, ada, most=3)
        before = keeper.lately(ID, ada, until=latest[0].number - 1, most=10)

        assert [one.number for one in latest] == [300, 400, 500]
        assert [one.number for one in before] == [100, 200]
        assert [one.shown["n"] for one in latest] == [300, 400, 500]
        assert keeper.last_noted(ID) == 510
        assert keeper.lately("plugin-of-nobody", ada, most=3) == ()
