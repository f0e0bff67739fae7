"""What becomes of somebody in the list of people, in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.config.problems import problems_of, settings_error
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.people.kinds import PEOPLE, InvitedPerson
from servicedesk_core.features.people.roster import invited_in, merged
from servicedesk_core.features.people.rules import People, ensure_administered
from servicedesk_core.features.signins import forget, with_password
from servicedesk_core.features.tokens import revoke_all
from servicedesk_core.store import Tx, audit

INVITED: Final = "person.invited"
CHANGED: Final = "person.changed"
REMOVED: Final = "person.removed"


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides about people.

    Args:
        tx: A write transaction.
        settings: The configuration.
        at: Now.
        by: Who decides, as an actor's text.
    """

    tx: Tx
    settings: DeskSettings
    at: datetime
    by: str

    @property
    def people(self) -> People:
        """The people as this transaction sees them: nobody else remembers them, before it is known to hold."""
        return merged(self.settings, invited_in(self.tx))

    def decide(self, name: str, person: InvitedPerson | None, action: str) -> People:
        """Keep what somebody is from now on, tell the audit trail, and return the people with that.

        Args:
            name: Who.
            person: What they are; ``None`` = they are in the list no more.
            action: What the audit trail calls it.

        Raises:
            SettingsError: It is wrong on this desk, the name is in both lists then, or no administrator would be left.
        """
        audit.take_turn(self.tx)
        before = self.people
        if person is not None:
            self._ensure_right(name, person, before)
            if name not in before:  # whoever was called so before has left something
                take_away(self.tx, name, at=self.at, by=self.by)
        decide(self.tx, PEOPLE, name, person, Version(0, self.at, self.by, f"{action}: {name}", None))
        after = self.people
        ensure_administered(before, after, with_password(self.tx))
        was = before.get(name)
        audit.append(
            self.tx,
            at=self.at,
            actor=self.by,
            action=action,
            entity=f"person:{name}",
            before=_told(was),
            after=_told(person),
        )
        return after

    def _ensure_right(self, name: str, person: InvitedPerson, before: People) -> None:
        if problem := person.problem(self.settings.connections, self.settings.orders.currency):
            raise SettingsError(f"{name} {problem}.")
        same = [one for one in before if one.casefold() == name.casefold() and one != name]
        if same:
            raise SettingsError(f'There is "{same[0]}" already.', hint="A name belongs to one person.")


def take_away(tx: Tx, name: str, *, at: datetime, by: str) -> tuple[int, int]:
    """Take everything from somebody by which they could come in; return how many sign-ins and tokens that were.

    Args:
        tx: A write transaction.
        name: Who.
        at: Now.
        by: Who does it, as an actor's text.
    """
    return forget(tx, name), revoke_all(tx, f"user:{name}", at=at, by=by)


def invited_person(name: str, **values: Any) -> InvitedPerson:
    """Return what somebody is.

    Raises:
        SettingsError: The name is none, or there is no role.
    """
    try:
        return InvitedPerson(name=name, **values)
    except ValidationError as error:
        raise settings_error(f'"{name}"', list(_plainly(problems_of(error, InvitedPerson)))) from None


def _plainly(problems: list[str]) -> Iterator[str]:
    for line in problems:
        if line.startswith("name:"):
            yield "a name has letters, digits, - and _, and at most 63 of them"
        else:
            yield line


def _told(person: Colleague | None) -> dict[str, Any] | None:
    return None if person is None else person.model_dump(mode="json", exclude_defaults=True)
