"""The id in the callback, as far as its developer chooses one."""

from __future__ import annotations

import re

from mockauth.engine.installation.keeper import Keeper
from mockauth.profiles import Profile


def wrong_id(keeper: Keeper, profile: Profile, plugin_id: str, person: str) -> str:
    """Why this person cannot use an id, as a sentence; "" where they can. An empty one is made by
    mockauth."""
    if not plugin_id:
        return ""
    if not re.fullmatch(profile.id_shape, plugin_id):
        return (
            "The id is the part of the callback between /aip/ and /oauth/, such as "
            f"{profile.default_plugin_id}."
        )
    known = keeper.installation(plugin_id)
    if known is not None and (known.owner != person or known.profile != "plugin"):
        return "Another plugin has this id here. Remove that one first, or leave the field empty."
    return ""
