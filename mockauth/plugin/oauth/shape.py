"""The pages that a sign-in can show. `login` in the settings names one shape of them.

The bodies are Jinja templates. `words` are the texts of the language; on a login page `onward` is
where the login leads, on a consent page `client`, `back`, `host` and `scope` say who asks for what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mockauth.plugin.login_name import Login
from mockauth.plugin.oauth.texts import (
    ARABIC,
    ENGLISH,
    GERMAN,
    HINDI,
    JAPANESE,
    KOREAN,
    SPANISH,
    Texts,
)

ONE_TIME_CODE = "480112"
"""What a phone would show."""
PICTURE_SAYS = "w7k2p"
"""What a person reads in the picture of the captcha."""
Asked = Literal["username", "password", "code", "picture", "stay"]
"""The fields of a login, in the order in which they are looked at."""

START = """<form method="{{ method }}" action="{{ action }}"><input type="hidden" name="csrf_token" value="{{ csrf }}">
<input type="hidden" name="next" value="{{ onward }}">
"""
NAME = """<label>{{ words.user }} <input name="username" type="{{ kind }}" value="{{ hint }}" autocomplete="username" required></label>
"""
SECRET = """<label>{{ words.password }} <input name="password" type="password" autocomplete="current-password" required>
</label>"""
SEND = """<button type="submit">{{ words.log_in }}</button></form>"""
FORM = START + NAME + SECRET + SEND
BY_SCRIPT = """<div id="root"></div>
<script>document.getElementById("root").innerHTML = {{ form|tojson }}</script>"""
BANNER = f"""<div role="dialog" aria-label="Cookies"><p>We use cookies.</p>
{START}<button name="cookies" value="all">Accept all</button>
<button name="cookies" value="needed">Only what is needed</button></form></div>
"""
CODE = f"""<p>We have sent a code to your phone.</p>
{START}<label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required></label>
<button type="submit">Verify</button></form>"""
PICTURE = """<img alt="captcha" width="120" height="40" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Ctext x='9' y='28' font-size='26'%3Ew7k2p%3C/text%3E%3C/svg%3E">
<label>The letters in the picture <input name="captcha" required autocomplete="off"></label>
"""
STAY = f"""<p>Stay signed in?</p>
{START}<button name="stay" value="yes">Yes</button>
<button name="stay" value="no">No</button></form>"""
ELSEWHERE = """<p><a href="https://accounts.google.com/o/oauth2/v2/auth?response_type=code&amp;client_id=mockauth&amp;scope=openid">Sign in with Google</a></p>"""

ASKS = """<p><strong><bdi>{{ client }}</bdi></strong> (<bdi>{{ back }}</bdi>) {{ words.asks }}</p>
{% if host %}<p>{{ words.described }} <bdi>{{ host }}</bdi></p>
{% endif %}{% if local %}<p>{{ words.local }}</p>
{% endif %}<ul>{% for word in scope.split() %}<li>{{ word }}</li>{% endfor %}</ul>
"""
DECIDE = """<form method="post" action="{{ action }}">
<input type="hidden" name="csrf_token" value="{{ csrf }}">
"""
BUTTONS = f"""{ASKS}{DECIDE}<button name="decision" value="allow">{{{{ words.allow }}}}</button>
<button name="decision" value="deny">{{{{ words.deny }}}}</button></form>"""
LINKS = f"""{ASKS}<p><a href="{{{{ action }}}}&amp;csrf_token={{{{ csrf }}}}&amp;decision=allow">{{{{ words.allow }}}}</a></p>
<p><a href="{{{{ action }}}}&amp;csrf_token={{{{ csrf }}}}&amp;decision=deny">{{{{ words.deny }}}}</a></p>"""
RADIOS = f"""{ASKS}{DECIDE}<label><input type="radio" name="decision" value="allow" required> {{{{ words.allow }}}}</label>
<label><input type="radio" name="decision" value="deny" required> {{{{ words.deny }}}}</label>
<button type="submit">Continue</button></form>"""
FETCHED = f"""{ASKS}<button type="button" value="allow">{{{{ words.allow }}}}</button>
<button type="button" value="deny">{{{{ words.deny }}}}</button>
<script>
for (const button of document.querySelectorAll("button")) button.onclick = async () => {{
  const answer = await fetch({{{{ action|tojson }}}}, {{
    method: "POST", headers: {{Accept: "application/json"}},
    body: new URLSearchParams({{csrf_token: {{{{ csrf|tojson }}}}, decision: button.value}})}})
  location.href = (await answer.json()).redirect
}}
</script>"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One page of a login, and the fields that it must send."""

    body: str
    asks: tuple[Asked, ...] = ("username", "password")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The pages of one kind of sign-in, one login page after the other. `title` says what is
    special; `policy` is what the pages need beside the strict policy of all of them."""

    title: str
    login: tuple[Step, ...] = (Step(body=FORM),)
    consent: str = BUTTONS
    words: Texts = ENGLISH
    policy: str = ""
    by_basic: bool = False
    """HTTP Basic at the authorize endpoint instead of a login page."""
    by_links: bool = False
    """The answer of the consent page comes by GET."""


RUNS_SCRIPT = "; script-src 'unsafe-inline'; connect-src 'self'"
SHAPES: Mapping[Login, Shape] = MappingProxyType(
    {
        "auto": Shape(title="no page: it approves by itself"),
        "login": Shape(title="a login form, and no consent page"),
        "login_and_consent": Shape(title="a login form, then a consent page with two buttons"),
        "arabic": Shape(title="the pages in Arabic, from right to left", words=ARABIC),
        "captcha": Shape(
            title="letters in a picture, which a person reads",
            login=(
                Step(
                    body=START + NAME + SECRET + PICTURE + SEND,
                    asks=("username", "password", "picture"),
                ),
            ),
            policy="; img-src data:",
        ),
        "consent_by_fetch": Shape(
            title="buttons whose answer a script sends by fetch",
            consent=FETCHED,
            policy=RUNS_SCRIPT,
        ),
        "consent_by_links": Shape(
            title="two links instead of buttons", consent=LINKS, by_links=True
        ),
        "consent_by_radios": Shape(
            title="radio buttons, none of them chosen, and one button", consent=RADIOS
        ),
        "cookie_banner": Shape(
            title="a form about cookies before the login form", login=(Step(body=BANNER + FORM),)
        ),
        "german": Shape(title="the pages in German", words=GERMAN),
        "hindi": Shape(title="the pages in Hindi", words=HINDI),
        "http_basic": Shape(
            title="the browser's own dialog (HTTP Basic) instead of a login page", by_basic=True
        ),
        "japanese": Shape(title="the pages in Japanese", words=JAPANESE),
        "korean": Shape(title="the pages in Korean", words=KOREAN),
        "login_by_script": Shape(
            title="a login form that a script makes",
            login=(Step(body=f"{{% set form %}}{FORM}{{% endset %}}{BY_SCRIPT}"),),
            policy=RUNS_SCRIPT,
        ),
        "one_time_code": Shape(
            title=f"a code from the phone after the password; it is {ONE_TIME_CODE}",
            login=(Step(body=FORM), Step(body=CODE, asks=("code",))),
        ),
        "other_company": Shape(
            title="a link to another company's sign-in, and nothing else",
            login=(Step(body=ELSEWHERE),),
        ),
        "spanish": Shape(title="the pages in Spanish", words=SPANISH),
        "stay_signed_in": Shape(
            title="the question whether to stay signed in, after the password",
            login=(Step(body=FORM), Step(body=STAY, asks=("stay",))),
        ),
        "two_steps": Shape(
            title="the user name first, the password on the next page",
            login=(
                Step(body=START + NAME + SEND, asks=("username",)),
                Step(body=START + SECRET + SEND, asks=("password",)),
            ),
        ),
    }
)
