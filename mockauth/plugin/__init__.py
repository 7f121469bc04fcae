"""The built-in plugin: an authorization server and a protected API, strict by default, able to
misbehave by name. It shares nothing above `wire/` with the ChatGPT side, so that the two cannot
agree on a mistake."""
