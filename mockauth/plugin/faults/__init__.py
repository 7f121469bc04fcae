"""Planted faults: what they change, when they strike, how they are applied."""
