"""Who is told something: people by what they are on the desk, with the hours in which they want to hear it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Role
from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.features.oncall import Duty, lists_of, person_of
from servicedesk_core.features.paging import links
from servicedesk_core.features.paging.tables import Ringing
from servicedesk_core.features.skills import crew
from servicedesk_core.outbox.staff import Message, post
from servicedesk_core.outbox.staff.rules import told_from
from servicedesk_core.store import Tx

_UP = (Role.COORDINATOR, Role.SERVICE_MANAGER)
"""Who is asked where nobody is on call."""


class Teller:
    """Tells people, in one transaction.

    Args:
        tx: A write transaction.
        people: The people of the desk.
        settings: The configuration.
        now: The present instant.
    """

    def __init__(self, tx: Tx, people: Mapping[str, Colleague], settings: DeskSettings, now: datetime) -> None:
        self._tx = tx
        self._people = people
        self._settings = settings
        self._now = now
        self._zone = ZoneInfo(settings.desk.timezone)

    @property
    def reachable(self) -> frozenset[str]:
        """Who has an address."""
        has_mail = self._settings.paging.mail is not None
        return frozenset(name for name, one in self._people.items() if one.page or (has_mail and one.mail))

    def on_call(self) -> tuple[Duty, ...]:
        """Return who is on call now, on all lists, as people of the desk."""
        found = [duty for each in lists_of(self._tx, self._zone) for duty in each.at(self._now)]
        who = crew(self._tx, self._people)
        names = {one.technician: person_of(self._tx, who, self._people, one.technician) for one in found}
        return tuple(Duty(one.line, names[one.technician], one.until) for one in found)

    def above(self) -> tuple[str, ...]:
        """Return who is asked where nobody is on call: coordinators and managers who can be reached."""
        there = self.reachable
        return tuple(name for name, one in self._people.items() if name in there and any(r in one.roles for r in _UP))

    def tell(
        self,
        people: Iterable[str],
        key: str,
        subject: str,
        text: str,
        *,
        ticket_id: int | None = None,
        is_urgent: bool = False,
    ) -> int:
        """Tell people something; return how many messages are new.

        Args:
            people: Whom; one who is named twice once.
            key: What it is.
            subject: One line.
            text: What it says.
            ticket_id: The ticket without which nobody needs it.
            is_urgent: Whether it does not wait for the end of quiet hours.
        """
        told = 0
        for name in dict.fromkeys(people):
            message = Message(f"{key}/{name}", name, subject, text, is_urgent, ticket_id)
            at = self._now if is_urgent else told_from(self._now, self._people.get(name), self._zone)
            told += post(self._tx, message, self._now, not_before=at)
        return told

    def ring(self, page: Ringing, name: str, why: str) -> None:
        """Ring somebody about a page, at once."""
        link = links.make(self._tx, self._settings, page.id, name, self._now)
        ways = [f"servicedesk paging acknowledge {page.id}", *([link] if link else [])]
        text = "\n".join([page.text, why, "Acknowledge: " + "\nor: ".join(ways)])
        taken_at = page.acknowledged_at.isoformat() if page.acknowledged_at is not None else ""
        key = "/".join([page.key, page.opened_at.isoformat(), taken_at, str(page.rung), name])
        post(self._tx, Message(key, name, page.subject, text, is_urgent=True, ticket_id=page.ticket_id), self._now)
