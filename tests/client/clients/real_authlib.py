"""Authlib's client signs in with PKCE, calls the API, refreshes and revokes."""

from __future__ import annotations

import os
import secrets

from authlib.integrations.requests_client import OAuth2Session
from browse import browse

env = os.environ
session = OAuth2Session(
    env["CLIENT_ID"],
    env["CLIENT_SECRET"],
    scope=env["SCOPE"],
    redirect_uri=env["REDIRECT_URI"],
    code_challenge_method="S256",
    token_endpoint_auth_method=env["AUTH_METHOD"],
)
verifier = secrets.token_urlsafe(48)
url, state = session.create_authorization_url(env["AUTHORIZE_URL"], code_verifier=verifier)
session.fetch_token(
    env["TOKEN_URL"], authorization_response=browse(url), state=state, code_verifier=verifier
)
session.get(env["API_URL"]).raise_for_status()
session.refresh_token(env["TOKEN_URL"])
session.get(env["API_URL"]).raise_for_status()
session.revoke_token(
    env["TOKEN_URL"].replace("/token", "/revoke"), token=session.token["refresh_token"]
).raise_for_status()
assert session.get(env["API_URL"]).status_code == 401
