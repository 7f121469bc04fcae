"""Login and consent pages of many shapes, each with what a person does there.

`shape.py` says what a shape is, `site.py` serves one, the other files hold them by kind;
`catalogue.py` has them all. `chromium.json` keeps where real Chromium landed on each
(`python -m tests.browser.referee` writes it).
"""
