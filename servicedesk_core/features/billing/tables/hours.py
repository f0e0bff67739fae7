"""When the hours of clients are, and which work types are for work outside them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from servicedesk_core.features.billing.kinds import BillingPolicy
from servicedesk_core.features.clients import clients_of
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.sla import CALENDARS, POLICIES
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant_each

Key = tuple[int, str]
"""A record: its source, and the vendor's id."""

_MICROSECOND: Final = timedelta(microseconds=1)


class ClientHours:
    """When the hours of clients are: by the calendar of each, else by that of the clocks.

    Args:
        tx: Any transaction.
        now: The present instant: calendars are those of now.

    Raises:
        DefinitionsError: A definition does not fit this program.
    """

    def __init__(self, tx: Tx, now: datetime) -> None:
        self._calendars = {one.name: one for one in in_force(tx, CALENDARS, now)}
        self._usual = next((one.calendar for one in in_force(tx, POLICIES, now)), None)
        self._clients = clients_of(tx)

    @property
    def are_known(self) -> bool:
        """Whether there is any calendar."""
        return bool(self._calendars)

    def outside(self, company: Key, start: datetime | None, end: datetime | None) -> Fraction | None:
        """Return which part of a work lay outside the client's hours; ``None`` = they or it have no known times."""
        if start is None or end is None or end <= start:
            return None
        client = self._clients.at(*company, start)
        name = (client.calendar if client is not None else None) or self._usual
        calendar = self._calendars.get(name or "")
        if calendar is None:
            return None
        within, whole = calendar.between(start, end), end - start
        return Fraction((whole - within) // _MICROSECOND, whole // _MICROSECOND)


def after_hours_codes(tx: Tx, policy: BillingPolicy) -> frozenset[Key]:
    """Return the billing codes for work outside the hours of a client."""
    found = meant_each(tx, "billing_codes", set(policy.after_hours))
    return frozenset((one.source_id, one.external_id) for several in found.values() for one in several)


def why_not_judged(policy: BillingPolicy, codes: Collection[Key], hours: ClientHours) -> str | None:
    """Return why nobody can say of work whether it was after hours; ``None`` = somebody can."""
    if not policy.after_hours:
        return "work after hours: write after_hours into [billing], the billing codes that it has to have"
    if not codes:
        return f"work after hours: no billing code is called {' or '.join(policy.after_hours)}"
    return None if hours.are_known else "work after hours: no calendar says when a client's hours are"
