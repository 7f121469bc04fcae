"""Runs a client under test against the built-in plugin, and judges what it did."""
