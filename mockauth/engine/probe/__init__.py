"""One probe: what it needs, what it changes, and what its answers show."""
