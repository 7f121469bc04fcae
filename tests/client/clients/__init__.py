"""A small OAuth client for `mockauth check-client`, with switchable defects."""
