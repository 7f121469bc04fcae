"""Runs the ordinary flow and the probes, judges what was recorded, and yields events."""
