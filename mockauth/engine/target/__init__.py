"""The service under test: what is known of it, and how it is reached."""
