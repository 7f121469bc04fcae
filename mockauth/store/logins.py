"""Pending logins: begun once, claimed once."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, update

from mockauth.store.kept import Kept
from mockauth.store.login import LIFETIME, NotClaimed, PendingLogin
from mockauth.store.tables import InstallationRow, LoginRow
from mockauth.store.vault import hashed

REMEMBERED = 86_400.0
"""Seconds after its end that a login is kept, so that a late or second callback is told so."""


class Logins(Kept):
    """The verbs about logins under way."""

    def begin_login(self, login: PendingLogin, browser_session: str) -> PendingLogin:
        """Keep a login that this browser session begins; those long over are forgotten."""
        now = self._clock.now()
        login = replace(login, created=now, expires=login.expires or now + LIFETIME)
        with self._database.writing() as session:
            session.execute(delete(LoginRow).where(LoginRow.expires < now - REMEMBERED))
            session.add(
                LoginRow(
                    state=hashed(login.state),
                    session=hashed(browser_session),
                    installation=login.installation,
                    person=login.person,
                    host=login.host,
                    redirect_uri=login.redirect_uri,
                    flow=login.flow,
                    created=login.created,
                    expires=login.expires,
                    claimed=None,
                )
            )
        return login

    def login(self, state: str) -> PendingLogin | None:
        """The login with this state, whoever asks and whether or not it is claimed or over."""
        with self._database.reading() as session:
            row = session.get(LoginRow, hashed(state))
            return _value(row, state) if row else None

    def claim_login(
        self, state: str, plugin_id: str, browser_session: str
    ) -> PendingLogin | NotClaimed:
        """Take the login for the callback of this plugin in the browser session that began it. Of
        any number of claims at once exactly one gets it; a claim that is refused uses nothing up."""
        return self._claim(state, plugin_id, hashed(browser_session))

    def claim_unbound_login(self, state: str, plugin_id: str) -> PendingLogin | NotClaimed:
        """The same where the session cookie cannot come back, such as at another host ("landed, not
        bound"): whoever has the state gets it, so nothing may be shown but that it landed."""
        return self._claim(state, plugin_id, None)

    def _claim(self, state: str, plugin_id: str, browser: str | None) -> PendingLogin | NotClaimed:
        now = self._clock.now()
        with self._database.writing() as session:
            row = session.get(LoginRow, hashed(state), with_for_update=True)
            if row is None:
                return NotClaimed.UNKNOWN
            installed = session.get_one(InstallationRow, row.installation)
            if installed.plugin_id != plugin_id:
                return NotClaimed.OTHER_PLUGIN
            refusal = _refusal(row, browser, now)
            if refusal:
                return refusal
            # The row is locked; the condition says so once more where a database cannot lock one.
            free = update(LoginRow).where(LoginRow.state == row.state, LoginRow.claimed.is_(None))
            won = session.scalars(free.values(claimed=now).returning(LoginRow.state)).all()
            return replace(_value(row, state), claimed=now) if won else NotClaimed.USED


def _refusal(row: LoginRow, browser: str | None, now: float) -> NotClaimed | None:
    if browser is not None and row.session != browser:
        return NotClaimed.OTHER_SESSION
    if row.claimed is not None:
        return NotClaimed.USED
    return NotClaimed.EXPIRED if row.expires <= now else None


def _value(row: LoginRow, state: str) -> PendingLogin:
    return PendingLogin(
        state=state,
        installation=row.installation,
        person=row.person,
        host=row.host,
        redirect_uri=row.redirect_uri,
        flow=row.flow,
        created=row.created,
        expires=row.expires,
        claimed=row.claimed,
    )
