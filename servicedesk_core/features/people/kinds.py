"""The kind of definition that says what somebody is who was invited."""

from collections.abc import Iterator
from typing import Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague, PersonName
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, DefinitionKind, Finding, Found
from servicedesk_core.features.people.roster import KIND, merged
from servicedesk_core.features.people.rules import administrators
from servicedesk_core.features.signins import with_password
from servicedesk_core.store import Tx


class InvitedPerson(Colleague):
    """Somebody who was invited to work with the desk, as ``[people.NAME]`` of the configuration, without an account."""

    name: PersonName


PEOPLE: Final = DefinitionKind(KIND, "person", InvitedPerson, decides=Capability.PEOPLE_WRITE, by_act=True)
KINDS: Final = (PEOPLE,)


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield what is wrong with people: whom the configuration has too, what is not there, that nobody administers."""
    invited = {name: one for (_, name), one in found.items() if isinstance(one, InvitedPerson)}
    if not invited:
        return
    settings = desk.settings
    for name, one in invited.items():
        if problem := one.problem(settings.connections, settings.orders.currency):
            yield Finding(KIND, name, problem, is_wrong=True)
    folded = [name.casefold() for name in invited]
    try:
        people = merged(settings, invited)
    except SettingsError as error:
        yield Finding(KIND, next(iter(invited)), error.message, is_wrong=True)
        return
    for name in invited:
        if folded.count(name.casefold()) > 1:
            yield Finding(KIND, name, "another one is called so, but for upper and lower case", is_wrong=True)
    able = with_password(tx)
    if administrators(desk.roster, able) and not administrators(people, able):
        text = "nobody would be left who can sign in and may invite people: give one of them the role admin"
        yield Finding(KIND, next(iter(invited)), text, is_wrong=True)
