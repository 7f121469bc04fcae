"""The pages: ChatGPT's side of a sign-in as a user lives through it, in a browser.

Everything works without script. `doors.with_pages` puts the pages beside the plugin in one app;
`app.register` puts them into a Flask app of your own.
"""
