"""What whoever acts may do on a desk, and whose records they see."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import ALL, JOB_CAPABILITIES, REPORTING_CAPABILITIES, ROLES, Capability
from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import NotPermittedError, SettingsError, StoreError
from servicedesk_core.people import JOBS, REPORTING, Actor, Way
from servicedesk_core.store.queries.scope import Scope

_USER = "user:"
_FROM_OUTSIDE = frozenset({Way.CONSOLE, Way.TOKEN, Way.LINK})
"""Ways that somebody takes who need not have an account of this machine."""

_OF_THE_DESK = {JOBS: JOB_CAPABILITIES, REPORTING: REPORTING_CAPABILITIES}
"""What the desk itself may, where nobody is asked."""

_log = logging.getLogger("servicedesk.desk")


@dataclass(frozen=True)
class Rights:
    """What an actor is on a desk.

    Args:
        settings: The configuration.
        actor: Who acts.
        people: The people of the desk: those of the configuration, and those who were invited.
        only: What they may do at most by the way that they took, such as a token; ``None`` = whatever they may.
    """

    settings: DeskSettings
    actor: Actor
    people: Mapping[str, Colleague]
    only: frozenset[Capability] | None = None

    @property
    def person(self) -> Colleague | None:
        """What they are in the list of people, if they are in it."""
        name = self.actor.name
        return self.people.get(name.removeprefix(_USER)) if name.startswith(_USER) else None

    @cached_property
    def capabilities(self) -> frozenset[Capability]:
        """What they may: everything where nobody is listed, and nothing for whoever is not among those who are.

        Whoever was invited restricts no account of this machine: that owns the store.
        """
        return self._whole if self.only is None else self._whole & self.only

    @property
    def _whole(self) -> frozenset[Capability]:
        person = self.person
        if person is not None:
            return person.capabilities
        if not (self.people if self.actor.way in _FROM_OUTSIDE else self.settings.people):
            return ALL
        return _OF_THE_DESK.get(self.actor, frozenset())

    @cached_property
    def scope(self) -> Scope | None:
        """Whose records they see; ``None`` = all."""
        person = self.person
        if person is None or not (person.companies or person.queues):
            return None
        return Scope(connection_of(self.settings, person), companies=person.companies, queues=person.queues)

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician they are; see :attr:`StoredDesk.technician`."""
        person = self.person
        return (connection_of(self.settings, person), person.technician) if person and person.technician else None

    def permitted(self, needs: Capability | None, call: str, scope: Scope | None, *, narrows: bool) -> Scope | None:
        """Make sure that they may do something, and return what it may see; see :meth:`StoredDesk.permitted`."""
        if not ({needs} if needs else ALL) <= self.capabilities:
            raise self._refused(needs, call)
        if self.scope is None:
            return scope
        if not narrows:
            message = f"{self.actor.name} sees a part of the desk, and {call} is about all of it."
            raise NotPermittedError(message, hint="Somebody whose companies and queues are not limited may.")
        return self.scope if scope is None else scope.within(self.scope)

    def _refused(self, needs: Capability | None, call: str) -> NotPermittedError:
        settings, who = self.settings, self.actor.name
        if self.only is not None and needs not in self.only:
            message = f"By this way {who} may not do {call}: {needs or 'everything'} is missing."
            return NotPermittedError(message, hint="A token with more rights may.")
        if self.person is None:
            takes = f"and {call} takes {needs or 'everything'}."
            if self.actor.way in _FROM_OUTSIDE:
                hint = f"Whoever may invites them: servicedesk people invite {who.removeprefix(_USER)}."
                return NotPermittedError(f"{who} is nobody in the list of people, {takes}", hint=hint)
            hint = f'Whoever may edit it adds account = "{who.partition(":")[2]}" to a person there.'
            return NotPermittedError(f"{who} is nobody in [people] of {settings.where}, {takes}", hint=hint)
        if needs is None:
            message = f"{who} may not do {call}: it does not say what it takes."
            return NotPermittedError(message, hint="Its feature names a capability, or [people] is empty.")
        able = [name for name, person in self.people.items() if needs in person.capabilities]
        roles = [role.value for role, may in ROLES.items() if needs in may]
        ask = f"Ask {' or '.join(able)}" if able else "Nobody among the people may"
        if self.actor.way in _FROM_OUTSIDE and self.scope is not None and Capability.INTERNAL not in self._whole:
            ask = "Ask whoever runs the desk"  # who works there is no business of a client
        hint = f"{ask}; roles that may: {', '.join(roles)}."
        return NotPermittedError(f"{who} may not do {call}: {needs} is missing.", hint=hint)


def account(settings: DeskSettings, people: Mapping[str, Colleague], way: Way) -> Actor:
    """Return who the account of this process is: the person of the configuration that has it, else the account itself.

    Args:
        settings: The configuration.
        people: The people of the desk.
        way: By which way it acts.
    """
    actor = Actor.of_account(way)
    login = actor.name.removeprefix(_USER)
    for name, person in settings.people.items():
        if (person.account or name).casefold() == login.casefold():
            return Actor(f"{_USER}{name}", way)
    # Else the account of somebody's name would be that somebody, who has another account.
    is_somebody = login.casefold() in {name.casefold() for name in people}
    return Actor(f"account:{login}", way) if settings.people or is_somebody else actor


def stand_in(rights: Rights, name: str) -> Actor:
    """Return a person as an actor whose place another one takes.

    Raises:
        NotPermittedError: The other one may not.
        SettingsError: There is no such person.
    """
    by = rights.actor
    rights.permitted(Capability.ACT_AS, f"--as {name}", None, narrows=True)
    if name not in rights.people:
        message = f'There is no person "{name}".{did_you_mean(name, rights.people)}'
        raise SettingsError(message, hint=f"Add [people.{name}] to the configuration, or invite them.")
    return Actor(f"{_USER}{name}", by.way, by.name)


@contextmanager
def keeping_refusal(actor: Actor, call: str) -> Iterator[None]:
    """Log it when a refusal cannot be kept in the audit trail: that must not take the place of the refusal.

    Args:
        actor: Who is refused.
        call: What.
    """
    try:
        yield
    except StoreError as error:
        _log.warning("The audit trail could not keep that %s was refused %s: %s", actor, call, error.message)


def connection_of(settings: DeskSettings, person: Colleague) -> str:
    """Return the connection whose ids a person's table names."""
    return person.connection or next(iter(settings.connections), "")
