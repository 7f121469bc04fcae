"""The installation of a plugin."""
