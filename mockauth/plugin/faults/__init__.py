"""Planted misbehaviour: what it changes, when it strikes, how it is applied."""
