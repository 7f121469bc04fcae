"""A generation of the protocol, as data: what ChatGPT sends, what it wants back."""

from mockauth.profiles.profile import ACTION, MCP, PLUGIN, PROFILES, Level, Profile

__all__ = ["ACTION", "MCP", "PLUGIN", "PROFILES", "Level", "Profile"]
