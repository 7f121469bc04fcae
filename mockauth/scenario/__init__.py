"""Scenario files become values: what mockauth tries, and how the mock plugin misbehaves."""
