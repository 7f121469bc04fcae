"""The tests of mockauth."""
