"""The built-in plugin: an authorization server and a protected API, strict by default, able to
have faults switched on by name. It shares nothing above `wire/` with the ChatGPT side, so that the two cannot
agree on a mistake."""
