"""requests-oauthlib signs in with PKCE, calls the API, and refreshes."""

from __future__ import annotations

import os

from browse import browse
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

env = os.environ
basic = HTTPBasicAuth(env["CLIENT_ID"], env["CLIENT_SECRET"])
is_basic = env["AUTH_METHOD"] == "client_secret_basic"
how = {"auth": basic} if is_basic else {"client_secret": env["CLIENT_SECRET"]}
session = OAuth2Session(
    env["CLIENT_ID"], scope=env["SCOPE"].split(), redirect_uri=env["REDIRECT_URI"], pkce="S256"
)
url, _ = session.authorization_url(env["AUTHORIZE_URL"])
session.fetch_token(
    env["TOKEN_URL"],
    authorization_response=browse(url),
    include_client_id=not is_basic,
    **how,
)
session.get(env["API_URL"]).raise_for_status()
more = (
    {"auth": basic}
    if is_basic
    else {"client_id": env["CLIENT_ID"], "client_secret": env["CLIENT_SECRET"]}
)
session.refresh_token(env["TOKEN_URL"], **more)
session.get(env["API_URL"]).raise_for_status()
