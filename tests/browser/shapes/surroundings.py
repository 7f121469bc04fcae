"""What stands around the form that counts: banners, other forms, hidden things, notices."""

from __future__ import annotations

from dataclasses import replace

from tests.browser.shapes.shape import (
    ALLOWS,
    CONSENT,
    DENIES,
    FIELDS,
    LOGIN,
    PASSWORD,
    SIGNS_IN,
    USER,
    Shape,
    fill,
    press,
)  # fmt: skip

BANNER = (
    '<div id="banner"><form method="post" action="/back"><p>We use cookies</p>'
    '<button name="all" value="1" id="cookies">Accept all cookies</button> '
    '<button name="all" value="0">Only necessary</button></form></div>'
)
SEARCH = '<form action="/back" role="search"><input name="q"><button>Search</button></form>'
NEWSLETTER = (
    '<form method="post" action="/back"><input type="email" name="email" required>'
    "<button>Subscribe</button></form>"
)
LANGUAGE = (
    '<form method="post" action="/back"><select name="language"><option value="en">English</option>'
    '<option value="de">Deutsch</option></select><button>Go</button></form>'
)
SIGN_UP = (
    '<form method="post" action="/back"><h2>New here?</h2><input name="name"><input name="email">'
    '<input type="password" name="new"><button>Create an account</button></form>'
)


def around(
    name: str, before: str = "", after: str = "", *, head: str = "", lang: str = "en"
) -> Shape:
    """The plain login and consent with something before or after them on both pages."""
    return Shape(
        name=name,
        kind="surroundings",
        lang=lang,
        head=head,
        login=(before + LOGIN + after,),
        consent=before + CONSENT + after,
        deny=(*SIGNS_IN, DENIES),
    )


def decoy(name: str, wrapped: str, head: str = "") -> Shape:
    """A form that no browser shows stands before the real one; it refuses, and loses the login."""
    real = "form[action^='/login']"
    signs_in = (
        fill(f"{real} [name=user]", USER),
        fill(f"{real} [name=password]", PASSWORD),
        press("#k1"),
    )
    return replace(
        around(name, wrapped, head=head), allow=(*signs_in, ALLOWS), deny=(*signs_in, DENIES)
    )


TRAP_LOGIN = (
    '<form method="post" action="/back"><input name="user"><input type="password" name="password">'
    '<button>Log in</button></form><form method="post" action="/back">'
    '<button name="answer" value="yes">Allow</button></form>'
)

SHAPES = [
    around("cookie-banner-first", BANNER),
    around("cookie-banner-last", "", BANNER),
    around(
        "cookie-banner-german",
        BANNER.replace("Accept all cookies", "Alle akzeptieren").replace(
            "Only necessary", "Nur notwendige"
        ),
        lang="de",
    ),
    around(
        "cookie-banner-japanese",
        BANNER.replace("Accept all cookies", "すべて同意する").replace(
            "Only necessary", "拒否する"
        ),
        lang="ja",
    ),
    around(
        "cookie-banner-korean-without-words-of-cookies",
        BANNER.replace("Accept all cookies", "모두 동의")
        .replace("Only necessary", "거부")
        .replace("We use cookies", ""),
        lang="ko",
    ),
    around("search-form-first", SEARCH),
    around("search-form-german", SEARCH.replace("Search", "Suchen").replace(' role="search"', "")),
    around("newsletter-form", NEWSLETTER),
    around("newsletter-korean", NEWSLETTER.replace("Subscribe", "구독하기"), lang="ko"),
    around("language-form", LANGUAGE),
    around(
        "language-buttons",
        '<form method="post" action="/back"><button name="lang" value="de">Deutsch</button>'
        '<button name="lang" value="fr">Français</button></form>',
    ),
    around("sign-up-form-first", SIGN_UP),
    around(
        "sign-up-form-spanish", SIGN_UP.replace("Create an account", "Crear una cuenta"), lang="es"
    ),
    around("log-out-form", '<form method="post" action="/back"><button>Log out</button></form>'),
    around(
        "sign-up-with-sign-in-link",
        "",
        '<p>No account? <a href="/signup">Sign up</a> · <a href="/forgot">Forgot password?</a></p>',
    ),
    around("everything-around", BANNER + SEARCH + LANGUAGE, NEWSLETTER + SIGN_UP),
    # what browsers do not show
    decoy("hidden-attribute", f"<div hidden>{TRAP_LOGIN}</div>"),
    decoy("display-none-inline", f'<div style="display: none">{TRAP_LOGIN}</div>'),
    decoy(
        "display-none-in-style",
        f'<div class="gone">{TRAP_LOGIN}</div>',
        "<style>.gone { display: none }</style>",
    ),
    decoy(
        "visibility-hidden-in-style",
        f'<div id="gone">{TRAP_LOGIN}</div>',
        "<style>@media all { #gone { visibility: hidden } }</style>",
    ),
    decoy("template", f"<template>{TRAP_LOGIN}</template>"),
    decoy("noscript", f"<noscript>{TRAP_LOGIN}</noscript>"),
    decoy("closed-dialog", f"<dialog>{TRAP_LOGIN}</dialog>"),
    decoy("closed-details", f"<details><summary>Other ways</summary>{TRAP_LOGIN}</details>"),
    decoy("comment", f"<!-- {TRAP_LOGIN} -->"),
    decoy("textarea-holds-a-form", f"<textarea>{TRAP_LOGIN}</textarea>"),
    decoy("script-holds-a-form", f"<script type=text/plain>{TRAP_LOGIN}</script>"),
    decoy("inert", f"<div inert>{TRAP_LOGIN}</div>"),
    decoy(
        "hidden-by-parent-class",
        f'<div class="d-none">{TRAP_LOGIN}</div>',
        "<style>.d-none{display:none!important}</style>",
    ),
    # words that only mention something
    around(
        "captcha-in-the-footer", "", "<small>The contact form is protected by reCAPTCHA.</small>"
    ),
    around(
        "turnstile-script-unused",
        "",
        '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async></script>',
    ),
    around("word-error-in-the-text", "<p>If an error occurs, call us.</p>"),
    around("notice-needs-javascript", "<noscript><p>Please enable JavaScript.</p></noscript>"),
    around(
        "upgrade-notice",
        '<!--[if lt IE 9]><form action="/old"><button>Continue</button></form><![endif]-->',
    ),
    Shape(
        name="other-sign-ins-beside-the-form",
        kind="surroundings",
        goes_out_to="https://accounts.example.com/auth",
        login=(
            '<form method="post" action="/out"><button>Sign in with Google</button></form>'
            '<a href="/out">Sign in with Microsoft</a>' + LOGIN,
        ),
    ),
    Shape(
        name="passkey-button-beside-the-form",
        kind="surroundings",
        login=(
            '<form method="post" action="/login?{query}">{hidden}'
            f'{FIELDS}<button type="button">Use a passkey</button>'
            '<button id="k1">Log in</button></form>',
        ),
    ),
    Shape(
        name="show-password-button",
        kind="surroundings",
        login=(
            '<form method="post" action="/login?{query}">{hidden}'
            f'{FIELDS}<button type="button" aria-label="Show password">👁</button>'
            '<button id="forgot" formaction="/back" formnovalidate>Forgot password?</button>'
            '<button id="k1">Log in</button></form>',
        ),
    ),
    Shape(
        name="form-that-sends-a-link-by-mail-beside",
        kind="surroundings",
        login=(
            '<form method="post" action="/back"><input type="email" name="email">'
            "<button>Send me a sign-in link</button></form>" + LOGIN,
        ),
    ),
    Shape(
        name="user-name-in-the-title-only",
        kind="surroundings",
        login=(
            '<form method="post" action="/login?{query}">{hidden}<input name="user" title="아이디">'
            '<input type="password" name="password"><button id="k1">확인</button></form>',
        ),
    ),
    Shape(
        name="two-logins-staff-and-customers",
        kind="surroundings",
        login=(
            '<h2>Staff</h2><form method="post" action="/back"><input name="staff">'
            '<input type="password" name="pin"><button>Staff log in</button></form>'
            f"<h2>Customers</h2>{LOGIN}",
        ),
        expected="asks",
    ),
    # visible, although it looks hidden; hidden, although it looks visible
    around("hidden-on-paper-only", head="<style media=print>form { display: none }</style>"),
    around("aria-hidden-is-visible", '<div aria-hidden="true">', "</div>"),
    around(
        "hidden-class-undone-later",
        '<div class="gone shown">',
        "</div>",
        head="<style>.gone { display: none } .gone.shown { display: block }</style>",
    ),
    around(
        "hidden-where-no-script-runs",
        '<div class="needs-js">',
        "</div>",
        head="<style>.no-js .needs-js { display: none }</style>",
    ),
    around("open-dialog", "<dialog open>", "</dialog>"),
    around("open-details", "<details open><summary>Log in</summary>", "</details>"),
    decoy(
        "zero-size-and-transparent",
        f'<div style="opacity: 0; height: 0; overflow: hidden">{TRAP_LOGIN}</div>',
    ),
    decoy("off-screen", f'<div style="position: absolute; left: -9999px">{TRAP_LOGIN}</div>'),
    decoy(
        "hidden-tab",
        f'<div role="tabpanel" class="tab">{TRAP_LOGIN}</div>',
        "<style>.tab { display: none } .tab.active { display: block }</style>",
    ),
]
