"""Signing in with a password, and choosing one by a link."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from servicedesk_core.features.signins import passwords, tables, tries
from servicedesk_core.people import Actor, Way
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import Tx, audit

SIGNED_IN: Final = "signin.begun"
REFUSED: Final = "signin.refused"
ENDED: Final = "signin.ended"

_NOBODY: Final = Actor("system:console", Way.CONSOLE)
"""Acts where nobody is known yet."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from.

    Attributes:
        address: The address.
        agent: What the browser calls itself.
    """

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """How a sign-in ended.

    Attributes:
        cookie: The text of the cookie; ``None`` = nobody is signed in: the name or the password is wrong.
        wait_s: So many seconds later it may be tried at all, because too many before were wrong; 0 = it was tried.
    """

    cookie: str | None = field(default=None, repr=False)
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class _Try:
    person: str | None
    hash: str | None
    wait_s: int


async def sign_in(
    store: Transactions,
    clock: Clock,
    people_in: Callable[[Tx], tables.People],
    *,
    name: str,
    password: str,
    browser: Browser,
) -> Entry:
    """Sign somebody in.

    Whoever does not exist, has no password, or gave a wrong one gets the same answer, after the same work.

    Args:
        store: The desk's own database.
        clock: The time.
        people_in: Reads the list of people.
        name: The name that was given.
        password: The password that was given.
        browser: Where they are.

    Raises:
        SettingsError: What proves passwords is not installed.
        StoreError: The store could not be used.
    """
    at, of = clock.now(), tries.subjects(name, browser.address)

    def begun(tx: Tx) -> _Try:
        audit.take_turn(tx)
        wait = tries.wait_s(tx, of, at)
        if wait:
            return _Try(None, None, wait)
        tries.count(tx, of, at)
        known = {one.casefold(): one for one in people_in(tx)}
        person = known.get(name.strip().casefold())
        return _Try(person, None if person is None else tables.password_of(tx, person), 0)

    one = await store.write(begun)
    if one.wait_s:
        return Entry(wait_s=one.wait_s)
    is_right = await asyncio.to_thread(passwords.proves, one.hash, password)
    renewed = await asyncio.to_thread(_renewed, one.hash, password) if is_right else None

    def ended(tx: Tx) -> str | None:
        audit.take_turn(tx)
        people = people_in(tx)
        person = one.person
        # Between the two transactions somebody may have taken the password away.
        if not is_right or person is None or person not in people or tables.password_of(tx, person) != one.hash:
            audit.append(tx, at=at, actor=str(_NOBODY), action=REFUSED, entity=_told(name, one.person))
            return None
        tries.forgive(tx, of)
        if renewed is not None:
            tables.keep_password(tx, person, renewed, at)
        return begin(tx, person, at, people, browser)

    return Entry(await store.write(ended))


def begin(tx: Tx, person: str, at: datetime, people: tables.People, browser: Browser) -> str:
    """Begin a sign-in of somebody who has proved who they are, tell the audit trail, and return the cookie's text."""
    cookie = tables.begin(tx, person, at, people, address=browser.address, agent=browser.agent)
    by = str(Actor(f"user:{person}", Way.CONSOLE))
    audit.append(tx, at=at, actor=by, action=SIGNED_IN, entity=f"person:{person}", reason=browser.address)
    return cookie


def _renewed(kept: str | None, password: str) -> str | None:
    """Return a hash with the parameters of today, where the one that is kept has others."""
    return passwords.hashed(password) if kept is not None and passwords.is_outdated(kept) else None


def _told(name: str, person: str | None) -> str:
    if person is not None:
        return f"person:{person}"
    return f"name:sha256:{hashlib.sha256(name.casefold().encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
