"""How a browser comes back from a login: what each end means, what ChatGPT showed, what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mockauth.wire.words import Words, say

COULD_NOT = say("{could_not_log_in}")
NO_STATE_SHOWN = say('{{"message":"Missing `state` param in response from OAuth provider"}}')
COULD_NOT_INSTALL = say("Couldn't install plugin")


class Arrival(StrEnum):
    """How a callback ended."""

    CONNECTED = "connected"
    DENIED = "denied"
    REFUSED = "refused"
    NO_STATE = "no-state"
    DENIED_NO_STATE = "denied-no-state"
    REFUSED_NO_STATE = "refused-no-state"
    WRONG_STATE = "wrong-state"
    SEVERAL = "several"
    OTHER_PLUGIN = "other-plugin"
    OTHER_SESSION = "other-session"
    NOT_BOUND = "not-bound"
    OTHER_HOST = "other-host"
    TWICE = "twice"
    LATE = "late"
    NO_CODE = "no-code"
    POSTED = "posted"
    FRAGMENT = "fragment"
    EXCHANGE_FAILED = "exchange-failed"
    WRONG_ISSUER = "wrong-issuer"
    NO_ISSUER = "no-issuer"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What is said of an end. `check` is the rule that a run judges this by, "" for none."""

    title: Words
    shown: Words
    why: Words
    fix: Words
    check: str = ""


MEANINGS: Mapping[Arrival, Meaning] = MappingProxyType(
    {
        Arrival.DENIED: Meaning(
            title=say("The user refused"),
            shown=COULD_NOT,
            why=say("The {plugin} came back with error=access_denied, as it should when a user refuses."),
            fix=say("No change needed. The user can log in again."),
        ),
        Arrival.REFUSED: Meaning(
            title=say("The {plugin} came back with an error"),
            shown=COULD_NOT,
            why=say("The authorize endpoint ({client_url}) answered with an error in place of a code."),
            fix=say(
                "Look up the error in RFC 6749 section 4.1.2.1: most often client_id, redirect_uri "
                "or scope are not as registered."
            ),
            check="authorize.request-accepted",
        ),
        Arrival.NO_STATE: Meaning(
            title=say("The callback has no state"),
            shown=NO_STATE_SHOWN,
            why=say("ChatGPT refuses a callback without the state it sent, because it cannot tell whose it is."),
            fix=say("Send state back unchanged, URL-encoded once, on success and on error."),
            check="callback.state-once-equal",
        ),
        Arrival.DENIED_NO_STATE: Meaning(
            title=say("The user refused, and the refusal has no state"),
            shown=NO_STATE_SHOWN,
            why=say("The {plugin} came back with error=access_denied, as it should when a user refuses, but "
                    "without the state, so ChatGPT cannot tell whose login ended."),
            fix=say("Send state back on errors, too, as on success."),
            check="callback.error-has-state",
        ),
        Arrival.REFUSED_NO_STATE: Meaning(
            title=say("The {plugin} came back with an error that has no state"),
            shown=NO_STATE_SHOWN,
            why=say("The authorize endpoint ({client_url}) answered with an error in place of a code, and "
                    "without the state, so ChatGPT cannot tell whose login failed."),
            fix=say("Send state back on errors, too; then look up the error in RFC 6749 section 4.1.2.1."),
            check="callback.error-has-state",
        ),
        Arrival.WRONG_STATE: Meaning(
            title=say("The callback has a state that was never sent"),
            shown=COULD_NOT,
            why=say("No login was started with this state: it was altered on the way, or invented."),
            fix=say("Send state back unchanged, URL-encoded once, on success and on error."),
            check="callback.state-once-equal",
        ),
        Arrival.SEVERAL: Meaning(
            title=say("The callback has a parameter twice"),
            shown=COULD_NOT,
            why=say("code and state must come once each (RFC 6749 section 3.1)."),
            fix=say("Add code and state to redirect_uri once."),
            check="callback.code-once",
        ),
        Arrival.OTHER_PLUGIN: Meaning(
            title=say("The state belongs to another {plugin}"),
            shown=COULD_NOT,
            why=say("This login was started for another {plugin}, whose callback has another address."),
            fix=say("Redirect to exactly the redirect_uri of the authorization request."),
            check="callback.exact-uri",
        ),
        Arrival.OTHER_SESSION: Meaning(
            title=say("Somebody else started this login"),
            shown=COULD_NOT,
            why=say("The callback came to another browser session than the one that started the login; "
                    "taking it would connect one user's account to another."),
            fix=say("No change in the {plugin}: start the login again in this browser."),
        ),
        Arrival.NOT_BOUND: Meaning(
            title=say("The callback landed, but without this browser's session"),
            shown=COULD_NOT,
            why=say("The session cookie did not come along: the browser came back to another host name "
                    "than it left from, or the redirect was a POST."),
            fix=say("Start at the host of the callback, and redirect with 302 or 303."),
        ),
        Arrival.OTHER_HOST: Meaning(
            title=say("The callback came to another host"),
            shown=COULD_NOT,
            why=say("The login was started at another host name of mockauth than the one it came back to."),
            fix=say("Redirect to exactly the redirect_uri of the authorization request."),
            check="callback.exact-uri",
        ),
        Arrival.TWICE: Meaning(
            title=say("This callback came before"),
            shown=COULD_NOT,
            why=say("A state is good for one callback. A page that was reloaded, or the back button, sends it again."),
            fix=say("If nobody reloaded the page, the {plugin} redirects twice. Else start the login again."),
        ),
        Arrival.LATE: Meaning(
            title=say("The callback came too late"),
            shown=COULD_NOT,
            why=say("The login was started more than ten minutes ago."),
            fix=say("Start the login again."),
        ),
        Arrival.NO_CODE: Meaning(
            title=say("The callback has no code"),
            shown=COULD_NOT,
            why=say("ChatGPT exchanges a code for tokens. The callback carries neither code nor error."),
            fix=say("Add code and state to the query of redirect_uri."),
            check="callback.code-once",
        ),
        Arrival.POSTED: Meaning(
            title=say("The callback came by POST"),
            shown=COULD_NOT,
            why=say("ChatGPT's callback is reached by GET. Status 307 and 308 repeat a POST, and so does "
                    "response_mode=form_post."),
            fix=say("Redirect with status 302 or 303, with code and state in the query."),
            check="callback.exact-uri",
        ),
        Arrival.FRAGMENT: Meaning(
            title=say("The parameters came in the fragment"),
            shown=COULD_NOT,
            why=say("What stands behind # never reaches ChatGPT's server. That is the implicit flow; "
                    "ChatGPT asked for response_type=code."),
            fix=say("Put code and state into the query of redirect_uri, behind a question mark."),
            check="callback.code-once",
        ),
        Arrival.WRONG_ISSUER: Meaning(
            title=say("The callback is not from this authorization server"),
            shown=COULD_NOT,
            why=say("iss is not the issuer of the metadata, letter for letter: the answer may be another "
                    "server's (RFC 9207 section 2.4)."),
            fix=say("Send the issuer of the metadata as iss, letter for letter."),
            check="callback.iss-equals-issuer",
        ),
        Arrival.NO_ISSUER: Meaning(
            title=say("The callback has no iss"),
            shown=COULD_NOT,
            why=say("The metadata promises iss with every redirect. Without it the answer may be another "
                    "server's, so it is refused (RFC 9207 section 2.4)."),
            fix=say("Add iss to every redirect, on errors, too; or take "
                    "authorization_response_iss_parameter_supported out of the metadata."),
            check="callback.iss-present-when-advertised",
        ),
        Arrival.EXCHANGE_FAILED: Meaning(
            title=say("The code could not be exchanged for a token"),
            shown=COULD_NOT,
            why=say("The token endpoint ({authorization_url}) gave no access token."),
            fix=say("Compare what it was asked with what it answered; Run all checks looks for the cause."),
            check="token.exchange-works",
        ),
    }
)  # fmt: skip
