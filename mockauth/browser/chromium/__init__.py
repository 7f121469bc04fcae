"""A real Chromium that reaches the service under test and nothing else.

Its own network stack maps ChatGPT's hosts to a stub on this machine and every other name to a sink,
so that the production callback is used unchanged. Needs the extra `browser`, which is imported late.
"""
