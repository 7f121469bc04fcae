"""Trials: one variant of a probe at a time, from fresh material to what it shows."""
