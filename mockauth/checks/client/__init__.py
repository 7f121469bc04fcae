"""The rules for an OAuth client under test: mockauth is the server, and reads what came in."""
