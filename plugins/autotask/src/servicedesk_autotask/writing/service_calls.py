"""Service calls: a visit with its tickets and technicians, which the vendor keeps in three kinds of rows.

The service call is made first, then a row for each ticket, then one for each technician on each of these. What it is
made of can be told from the vendor's rows at any time, so that a write that broke off is gone on with. What of it the
vendor refuses is told; the rest stands.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where, wire_instant
from servicedesk_autotask.meaning.shapes import SERVICE_CALL
from servicedesk_autotask.meaning.vocabulary import APPOINTMENT_BY_LABEL, fold, meaning_of
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.comparing import same
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.rows import all_rows
from servicedesk_autotask.writing.wire import Body, to_wire
from servicedesk_autotask.writing.words import Words
from servicedesk_core.domain import AppointmentState, Entity
from servicedesk_core.domain.comparing import between
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from servicedesk_core.hooks import marks

LINKED: Final = frozenset({"ticket_refs", "technician_refs"})
"""Fields that are rows of their own at the vendor."""

Refused = dict[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A ticket of a service call.

    Attributes:
        id: The vendor's id of the row that joins both.
        ticket: Id of the ticket.
        people: Resource to the row that joins it.
    """

    id: int
    ticket: int
    people: Mapping[int, int] = field(default_factory=dict)


def plain(values: Values, words: Words) -> Body:
    """Return the fields of the service call itself.

    Raises:
        RejectedError: It would end before it begins, or name nobody or nothing.
    """
    start, end = values.get("start_at"), values.get("end_at")
    if start is not None and end is not None and end <= start:
        raise refused("an appointment ends after it begins.", "end_at")
    for name in sorted(LINKED & values.keys()):
        for ref in values[name] or ():
            number_of(ref, name)
        if not values[name]:
            raise refused(f"an appointment without {name} is in nobody's calendar.", name, hint="Cancel it instead.")
    return to_wire(SERVICE_CALL, {n: v for n, v in values.items() if n not in {*LINKED, "state"}}, words)


def cancelled(words: Words, now: datetime) -> Body:
    """Return the fields of a service call that is cancelled: the instant, and the tenant's status for it if it has one.

    Args:
        words: The tenant's lists.
        now: The present, by the vendor's clock.
    """
    chosen = {fold(word): state for word, state in words.vocabulary.appointment_status.items()}
    choices = words.lists.choices(SERVICE_CALL.entity, "status")
    meant = [
        value
        for value, label in choices.items()
        if meaning_of(label, value, chosen, APPOINTMENT_BY_LABEL) is AppointmentState.CANCELLED
    ]
    return {"canceledDateTime": wire_instant(now)} | ({"status": int(meant[0])} if len(meant) == 1 else {})


def described(body: Body, row: Row) -> Body:
    """Return what is sent of a changed service call: its description keeps the mark by which it was found."""
    ids = marks.marks_in(row.get("description"))
    if "description" not in body or not ids:
        return body
    return {**body, "description": marks.marked(body["description"], ids[-1])}


async def marked(api: Api, write_id: str) -> list[Row]:
    """Return the service calls that carry the mark of a write, oldest first.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    rows = await all_rows(api, SERVICE_CALL.entity, [where("description", "contains", marks.mark_of(write_id))])
    return [row for row in rows if marks.carries_mark(row.get("description"), write_id)]


async def links_of(api: Api, call: int) -> tuple[Link, ...]:
    """Return the tickets of a service call with their technicians.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    rows = await all_rows(api, "ServiceCallTickets", [where("serviceCallID", "eq", call)])
    ids = [row["id"] for row in rows if isinstance(row.get("id"), int)]
    people: dict[int, dict[int, int]] = defaultdict(dict)
    if ids:
        of_links = [where("serviceCallTicketID", "in", ids)]
        for row in await all_rows(api, "ServiceCallTicketResources", of_links):
            people[row["serviceCallTicketID"]][row["resourceID"]] = row["id"]
    return tuple(Link(row["id"], row["ticketID"], people[row["id"]]) for row in rows)


def is_whole(links: Iterable[Link], values: Values) -> bool:
    """Return whether a service call has all the tickets that it was to have, each with all its technicians."""
    known = {link.ticket: link for link in links}
    tickets, people = numbers(values, "ticket_refs"), numbers(values, "technician_refs")
    return all(ticket in known and set(people) <= set(known[ticket].people) for ticket in tickets)


async def lacks_links(api: Api, call: int, wanted: Values, record: Entity) -> bool:
    """Return whether a ticket of a service call lacks somebody who is on another one of it: its record does not tell.

    Args:
        api: The vendor.
        call: Id of the service call.
        wanted: What a change of it says.
        record: What it shows.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    if not LINKED & wanted.keys():
        return False
    shall = {name: wanted.get(name, getattr(record, name)) for name in LINKED}
    return not is_whole(await links_of(api, call), shall)


def is_begun(base: Values, wanted: Values, record: Entity) -> bool:
    """Return whether a change of a service call was begun: each field shows what was, what shall be, or is between."""
    shown = {name: getattr(record, name) for name in wanted}
    if all(same(shown[name], base.get(name)) for name in wanted):
        return False
    return all(
        same(shown[name], base.get(name)) or same(shown[name], wanted[name])
        or (name in LINKED and between(base.get(name), shown[name], wanted[name]))
        for name in wanted
    )  # fmt: skip


def numbers(values: Values, name: str) -> tuple[int, ...]:
    """Return the vendor ids of a field that holds several."""
    return tuple(dict.fromkeys(number_of(ref, name) for ref in values.get(name) or ()))


class Linking:
    """Makes the rows of one service call those that are wanted: first what is added, then what is taken away.

    Args:
        api: The vendor.
        call: Id of the service call.
        right: What the security level must allow.
        begun: Whether this very attempt has written something already.
    """

    def __init__(self, api: Api, call: int, *, right: str, begun: bool) -> None:
        self._api = api
        self._call = call
        self._right = right
        self._begun = begun
        self._refused: dict[str, list[str]] = defaultdict(list)

    async def fit(self, links: Iterable[Link], tickets: Sequence[int], people: Sequence[int]) -> Refused:
        """Add and take away what it takes; return what the vendor refused, by field.

        Args:
            links: The rows that there are.
            tickets: Tickets that it shall have.
            people: Resources that shall be on each of them.

        Raises:
            OutcomeUnknownError: It is begun and not finished.
            ConnectorError: Nothing was done.
        """
        known = {link.ticket: link for link in links}
        for ticket in tickets:
            link = known.get(ticket) or await self._link(ticket)
            if link is None:
                continue
            for resource in people:
                if resource not in link.people:
                    await self._do("POST", f"ServiceCallTickets/{link.id}/Resources", {"resourceID": resource},
                                   "technician_refs", f"technician {resource}")  # fmt: skip
            for resource, row in link.people.items():
                if resource not in people:
                    await self._do("DELETE", f"ServiceCallTickets/{link.id}/Resources/{row}", None,
                                   "technician_refs", f"technician {resource}")  # fmt: skip
        for link in known.values():
            if link.ticket not in tickets:
                await self._do("DELETE", f"ServiceCalls/{self._call}/Tickets/{link.id}", None,
                               "ticket_refs", f"ticket {link.ticket}")  # fmt: skip
        return {name: " ".join(dict.fromkeys(reasons)) for name, reasons in self._refused.items()}

    async def _link(self, ticket: int) -> Link | None:
        path, what = f"ServiceCalls/{self._call}/Tickets", f"ticket {ticket}"
        made = await self._do("POST", path, {"ticketID": ticket}, "ticket_refs", what)
        return None if made is None else Link(made, ticket)

    async def _do(self, method: str, path: str, body: Body | None, name: str, what: str) -> int | None:
        entity = "ServiceCallTickets" if name == "ticket_refs" else "ServiceCallTicketResources"
        try:
            number = await self._api.write(method, path, entity, body, right=self._right)
        except OutcomeUnknownError:
            raise
        except (TransientError, AuthenticationError) as error:
            if not self._begun:
                raise
            raise _unfinished(self._call, error) from error
        except PermanentError as error:
            self._refused[name].append(f"Autotask refused {what}: {error.message}")
            return None
        self._begun = True
        return number


def _unfinished(call: int, error: ConnectorError) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"The service call {call} is at Autotask, and not all that belongs to it: {error.message}",
        hint="It is looked up, and gone on with.",
    )


Finish = Callable[[int], Awaitable[Refused]]
"""Does what comes after the first request of a write, given the id of the record; returns what was refused."""
