"""The id in the callback, as far as its developer chooses one."""

from __future__ import annotations

import re

from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.keeper import Keeper
from mockauth.profiles import Profile


def wrong_id(
    keeper: Keeper, profile: Profile, plugin_id: str, person: str, target: str = ""
) -> str:
    """Why this person cannot use an id, as a sentence; "" where they can: an empty one, which
    mockauth makes, one of their own, and one of anybody's plugin at `target`, which is the same."""
    if not plugin_id:
        return ""
    if not re.fullmatch(profile.id_shape, plugin_id):
        return (
            "The id is the part of the callback between /aip/ and /oauth/, such as "
            f"{profile.default_plugin_id}."
        )
    known = keeper.installation(plugin_id)
    if known is None or (known.profile == profile.name and _is_same(known, person, target)):
        return ""
    return "Another plugin has this id here. Remove that one first, or leave the field empty."


def _is_same(known: Installation, person: str, target: str) -> bool:
    return known.owner == person or known.target == target
