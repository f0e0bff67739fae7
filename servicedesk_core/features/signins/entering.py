"""Signing in with a password, and choosing one by a link."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from servicedesk_core.features.signins import passwords, tables, tries
from servicedesk_core.features.signins.queries import SigningDesk
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Tx, audit

SIGNED_IN: Final = "signin.begun"
REFUSED: Final = "signin.refused"
ENDED: Final = "signin.ended"
CHANGED: Final = "password.changed"

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
class Proof:
    """Who somebody has proved to be.

    Attributes:
        person: Who; ``None`` = nobody.
        hash: The hash of the password by which they did.
        renewed: That hash with the parameters of today, where it has others.
        wait_s: See :class:`Entry`.
    """

    person: str | None
    hash: str | None = field(default=None, repr=False)
    renewed: str | None = field(default=None, repr=False)
    wait_s: int = 0


async def prove(desk: SigningDesk, name: str, password: str, browser: Browser) -> Proof:
    """Return who somebody is by name and password; what fails is told in the audit trail, and makes the next try wait.

    Whoever does not exist, has no password, or gave a wrong one gets the same answer, after the same work.

    Args:
        desk: The desk.
        name: The name that was given.
        password: The password that was given.
        browser: Where they are.

    Raises:
        SettingsError: What proves passwords is not installed.
        StoreError: The store could not be used.
    """
    at, of = desk.clock.now(), tries.subjects(name.strip(), browser.address)

    def begun(tx: Tx) -> Proof:
        audit.take_turn(tx)
        if wait := tries.wait_s(tx, of, at):
            return Proof(None, wait_s=wait)
        tries.count(tx, of, at)
        person = {one.casefold(): one for one in desk.people_in(tx)}.get(name.strip().casefold())
        return Proof(person, None if person is None else tables.password_of(tx, person))

    one = await desk.store.write(begun)
    if one.wait_s:
        return one
    if await passwords.in_turn(passwords.proves, one.hash, password):
        return replace(one, renewed=await passwords.in_turn(_renewed, one.hash, password))
    await desk.store.write(partial(_tell_refusal, at=at, entity=_told(name, one.person)))
    return Proof(None)


def is_proved(tx: Tx, proof: Proof, people: tables.People, browser: Browser, at: datetime) -> bool:
    """Whether a proof still holds, and forget the failures before it: somebody may have taken the password away since.

    Args:
        tx: A write transaction.
        proof: The proof.
        people: The list of people, as it is now.
        browser: Where they are.
        at: Now.
    """
    if proof.person not in people or tables.password_of(tx, proof.person or "") != proof.hash:
        return False
    tries.forgive(tx, proof.person or "", browser.address, at)
    return True


async def sign_in(desk: SigningDesk, name: str, password: str, browser: Browser) -> Entry:
    """Sign somebody in; see :func:`prove`."""
    proof, at = await prove(desk, name, password, browser), desk.clock.now()

    def work(tx: Tx) -> Entry:
        audit.take_turn(tx)
        people = desk.people_in(tx)
        if proof.person is None or not is_proved(tx, proof, people, browser, at):
            return Entry(wait_s=proof.wait_s)
        if proof.renewed is not None:
            tables.keep_password(tx, proof.person, proof.renewed, at)
        return Entry(begin(tx, proof.person, at, people, browser))

    return Entry(wait_s=proof.wait_s) if proof.person is None else await desk.store.write(work)


async def change_password(desk: SigningDesk, person: str, old: str, new: str, browser: Browser) -> Entry:
    """Change a password, end all sign-ins of its person, and begin one in its place.

    Args:
        desk: The desk.
        person: Whose.
        old: The one that they have, which they prove by.
        new: The other one.
        browser: Where they are.

    Raises:
        SettingsError: The new one will not do.
    """
    passwords.ensure_usable(new, person)
    proof = await prove(desk, person, old, browser)
    if proof.person is None:
        return Entry(wait_s=proof.wait_s)
    kept = await passwords.in_turn(passwords.hashed, new)

    def work(tx: Tx) -> Entry:
        audit.take_turn(tx)
        people, at = desk.people_in(tx), desk.clock.now()
        if not is_proved(tx, proof, people, browser, at):
            return Entry()
        tables.keep_password(tx, person, kept, at)
        ended = tables.end_all(tx, person)
        by, after = str(Actor(f"user:{person}", Way.CONSOLE)), {"ended": ended}
        audit.append(tx, at=at, actor=by, action=CHANGED, entity=f"person:{person}", after=after)
        return Entry(begin(tx, person, at, people, browser))

    return await desk.store.write(work)


def begin(tx: Tx, person: str, at: datetime, people: tables.People, browser: Browser) -> str:
    """Begin a sign-in of somebody who has proved who they are, tell the audit trail, and return the cookie's text."""
    cookie = tables.begin(tx, person, at, people, address=browser.address, agent=browser.agent)
    by = str(Actor(f"user:{person}", Way.CONSOLE))
    audit.append(tx, at=at, actor=by, action=SIGNED_IN, entity=f"person:{person}", reason=browser.address)
    return cookie


def _tell_refusal(tx: Tx, *, at: datetime, entity: str) -> None:
    audit.append(tx, at=at, actor=str(_NOBODY), action=REFUSED, entity=entity)


async def sign_out(desk: SigningDesk, one: tables.SignedIn) -> None:
    """End the sign-in of whoever asks."""
    await desk.store.write(lambda tx: _end(tx, desk, one.person, int(tables.end(tx, one.id))))


async def end_others(desk: SigningDesk, one: tables.SignedIn) -> None:
    """End all sign-ins of whoever asks but the one by which they do."""
    await desk.store.write(lambda tx: _end(tx, desk, one.person, tables.end_all(tx, one.person, but=one.id)))


def _end(tx: Tx, desk: SigningDesk, person: str, ended: int) -> None:
    if ended:
        tell_ended(tx, str(desk.actor), person, ended, desk.clock.now())


def tell_ended(tx: Tx, by: str, person: str, ended: int, at: datetime) -> None:
    """Tell the audit trail that sign-ins were ended."""
    audit.append(tx, at=at, actor=by, action=ENDED, entity=f"person:{person}", after={"ended": ended})


def _renewed(kept: str | None, password: str) -> str | None:
    """Return a hash with the parameters of today, where the one that is kept has others."""
    return passwords.hashed(password) if kept is not None and passwords.is_outdated(kept) else None


def _told(name: str, person: str | None) -> str:
    if person is not None:
        return f"person:{person}"
    return f"name:sha256:{hashlib.sha256(name.casefold().encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
