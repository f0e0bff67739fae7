"""Choosing a password: by a link that works once, as the first administrator, and another one later."""

from typing import Final

from servicedesk_core.capabilities import Capability, Role
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.people.deciding import INVITED, REMOVED, Decider, invited_person, take_away
from servicedesk_core.features.people.naming import technicians
from servicedesk_core.features.people.queries import PeoplesDesk
from servicedesk_core.features.people.rules import People, administrators
from servicedesk_core.features.signins import (
    Browser,
    Invited,
    begin,
    ensure_usable,
    forget,
    hashed,
    in_turn,
    invite,
    invited,
    keep_password,
    used,
    with_password,
)
from servicedesk_core.features.tokens import valid_by_person
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Tx, audit

FIRST_ROLES: Final = (Role.ADMIN, Role.SERVICE_MANAGER)
"""What the first administrator becomes: one who administers alone could look after no ticket."""


async def first_link(desk: PeoplesDesk) -> str | None:
    """Return the token of a link that makes the first administrator, for ten minutes; ``None`` = there is one.

    Raises:
        StoreError: The store cannot be used.
    """

    def work(tx: Tx) -> str | None:
        audit.take_turn(tx)
        if administrators(desk.people_in(tx), with_password(tx)):
            return None
        at, by = desk.clock.now(), str(desk.actor)
        made = invite(tx, None, at, by)
        audit.append(tx, at=at, actor=by, action="invitation.made", entity="person:", reason="the first administrator")
        return made

    return await desk.store.write(work)


async def forget_strangers(desk: PeoplesDesk) -> tuple[str, ...]:
    """Take away by what those could come in who are in the list of people no more, and return who they were.

    Whoever is called like one of them later begins with nothing.

    Raises:
        StoreError: The store cannot be used.
    """

    def work(tx: Tx) -> tuple[str, ...]:
        audit.take_turn(tx)
        people, at, by = desk.people_in(tx), desk.clock.now(), str(desk.actor)
        able = with_password(tx)
        if desk.settings.people:  # else every account may have tokens
            able |= {one.removeprefix("user:") for one in valid_by_person(tx, at)}
        gone = tuple(sorted(able - {*people}))
        for name in gone:
            take_away(tx, name, at=at, by=by)
            told = {"entity": f"person:{name}", "reason": "in no list of people"}
            audit.append(tx, at=at, actor=by, action=REMOVED, **told)
        return gone

    return await desk.store.write(work)


async def accept(
    desk: PeoplesDesk,
    token: str,
    password: str,
    browser: Browser,
    *,
    name: str | None = None,
    technician: tuple[str, str] | None = None,
) -> str:
    """Take a link: keep the password that was chosen, sign its person in, and return the text of the cookie.

    Args:
        desk: The desk.
        token: The link's.
        password: What was chosen.
        browser: Where they are.
        name: What the first administrator is called; of every other link nothing.
        technician: Which technician the first administrator is: connection, and the vendor's id; ``None`` = none.

    Raises:
        NotFoundLocallyError: The link was used, has ended, or is none; or there is a first administrator by now.
        SettingsError: The password will not do, the name is none, or there is no such technician.
    """
    one = await desk.store.read(lambda tx: invited(tx, token, desk.clock.now()))
    if one is None:
        raise _gone()
    who = (name or "").strip() if one.person is None else one.person
    ensure_usable(password, who)
    kept = await in_turn(hashed, password)

    def work(tx: Tx) -> str:
        audit.take_turn(tx)
        at = desk.clock.now()
        if used(tx, token, at) is None:
            raise _gone()
        people = _people_with(
            Decider(tx, desk.settings, at, str(Actor(f"user:{who}", Way.CONSOLE))), one, who, technician
        )
        forget(tx, who)
        keep_password(tx, who, kept, at)
        return begin(tx, who, at, people, browser)

    cookie = await desk.store.write(work)
    await desk.store.read(desk.people_in)
    return cookie


def _people_with(decider: Decider, link: Invited, name: str, technician: tuple[str, str] | None) -> People:
    people = decider.people
    if link.person is not None:
        if name not in people:
            raise _gone()
        return people
    if administrators(people, with_password(decider.tx)):
        raise _gone()
    if name in people:
        if Capability.PEOPLE_WRITE in people[name].capabilities:
            return people
        raise SettingsError(f"{name} is in the list of people, and no administrator.", hint="Choose another name.")
    own: dict[str, str] = {}
    if technician is not None:
        if technician not in technicians(decider.tx):
            raise SettingsError("There is no such technician.", hint="Choose another one, or none.")
        own = dict(zip(("connection", "technician"), technician, strict=True))
    return decider.decide(name, invited_person(name, roles=FIRST_ROLES, **own), INVITED)


def _gone() -> NotFoundLocallyError:
    hint = "Whoever administers the desk gives another one: servicedesk people invite, or reset."
    return NotFoundLocallyError("This link was used already, or has ended.", hint=hint)
