"""The user at the plugin's own login and consent pages, without a human.

The browser stops before the redirect URI is fetched, so the production callback is tested
unchanged and nothing is sent to a host that is not the service's.
"""
