"""Scenario files become values: what mockauth tries, and the faults of the mock plugin."""
