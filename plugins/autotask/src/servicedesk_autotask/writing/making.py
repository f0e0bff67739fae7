"""What is sent for a new record, and for a changed service call: the first request, and what follows it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing import (
    attachments,
    below,
    charges,
    notes,
    opportunities,
    service_calls,
    tickets,
    time_entries,
)
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.kinds import entity_of, stream_of
from servicedesk_autotask.writing.wire import Body
from servicedesk_autotask.writing.words import Words
from servicedesk_core.domain import Entity
from servicedesk_core.hooks import SourceRecord, Write, WriteCapability, WriteReceipt

Pulled = Callable[[str, Row], Awaitable[SourceRecord]]
"""Returns a row of a stream as a pull brings it, with all that is folded in."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: HTTP method of the first request; empty = there is none, because the record is there.
        path: Where it goes.
        body: What it says.
        values: Fields in which the record must show what was wanted, afterwards.
        number: Id of the record, where it is known before.
        finish: Does the rest, where that takes more requests.
    """

    method: str
    path: str
    body: Body | None
    values: Values
    number: int | None = None
    finish: service_calls.Finish | None = None


class Maker:
    """Makes requests of writes of one connection.

    Args:
        api: The vendor.
        settings: The connection's settings.
        pulled: Returns a row of a stream as a pull brings it.
    """

    def __init__(self, api: Api, settings: AutotaskSettings, pulled: Pulled) -> None:
        self._api = api
        self._settings = settings
        self._pulled = pulled

    async def new(self, write: Write, kind: WriteCapability, values: Values, words: Words) -> Request | WriteReceipt:
        """Return what is sent for a new record, or the receipt when the vendor has it already.

        Raises:
            RejectedError: The vendor would refuse it.
            ConnectorError: The vendor could not be asked what it takes.
        """
        entity = entity_of(kind)
        if entity == "ServiceCalls":
            return await self._visit(write, kind, values, words)
        if kind.unique_by:
            return await self._below(write, kind, values, words)
        if entity == "Tickets":
            return Request("POST", entity, await tickets.new_ticket(self._api, write.id, values, words), values)
        if entity == "Opportunities":
            body = opportunities.new_opportunity(write.id, values, words, self._api.now())
            return Request("POST", entity, body, values)
        path, body = await self._of_ticket(number_of(write.parent, "parent"), write, kind, values, words)
        return Request("POST", path, body, values if entity == "TicketCharges" else {})

    async def _of_ticket(
        self, ticket: int, write: Write, kind: WriteCapability, values: Values, words: Words
    ) -> tuple[str, Body]:
        match entity_of(kind):
            case "TicketNotes":
                return f"Tickets/{ticket}/Notes", notes.new_note(write, kind, values, words, self._settings)
            case "TicketCharges":
                body = await charges.new_charge(self._api, write.id, values, words, self._settings)
                return f"Tickets/{ticket}/Charges", body
            case "AttachmentInfo":
                return f"Tickets/{ticket}/Attachments", attachments.new_attachment(write, kind, values, words)
            case _:
                return "TimeEntries", await time_entries.new_entry(self._api, ticket, values)

    async def _below(self, write: Write, kind: WriteCapability, values: Values, words: Words) -> Request | WriteReceipt:
        """Add what a ticket has one of at most."""
        parent = number_of(write.parent, "parent")
        if (row := await below.there(self._api, kind, parent, values)) is not None:
            pulled = await self._pulled(stream_of(kind), row)
            return WriteReceipt(pulled.external_id, ("Autotask has it already; nothing was sent.",), pulled)
        child = entity_of(kind).removeprefix("Ticket")
        body = await below.new_row(self._api, kind, values, words)
        return Request("POST", f"Tickets/{parent}/{child}", body, values)

    async def _visit(self, write: Write, kind: WriteCapability, values: Values, words: Words) -> Request:
        """Make a service call with all that belongs to it, or go on with one that was begun."""
        of, people = (service_calls.numbers(values, name) for name in ("ticket_refs", "technician_refs"))
        body = service_calls.plain(values | kind.typed(kind.marked(write)), words)
        begun = [row["id"] for row in await service_calls.marked(self._api, write.id)]

        async def finish(call: int) -> service_calls.Refused:
            links = await service_calls.links_of(self._api, call) if begun else ()
            linking = service_calls.Linking(self._api, call, right=kind.right, begun=not begun)
            return await linking.fit(links, of, people)

        if begun:
            return Request("", "", None, {}, int(begun[0]), finish)
        return Request("POST", "ServiceCalls", body, {}, finish=finish)

    def changed_visit(self, kind: WriteCapability, row: Row, record: Entity, wanted: Values, words: Words) -> Request:
        """Return what is sent for a changed or cancelled service call.

        Args:
            kind: The kind of write.
            row: The service call as the vendor has it.
            record: What it shows, with what belongs to it.
            wanted: Fields in which it shall show something else.
            words: The tenant's lists.

        Raises:
            RejectedError: It would end before it begins, or name nobody or nothing.
        """
        call = int(row["id"])
        if "state" in wanted:
            body = {"id": call, **service_calls.cancelled(words, self._api.now())}
            return Request("PATCH", "ServiceCalls", body, wanted, call)
        span = {name: getattr(record, name) for name in ("start_at", "end_at")}
        service_calls.plain(span | wanted, words)
        body = service_calls.described(service_calls.plain(wanted, words), row)
        method, path = ("PATCH", "ServiceCalls") if body else ("", "")
        if not service_calls.LINKED & wanted.keys():
            return Request(method, path, {"id": call, **body}, wanted, call)
        shall = {name: wanted.get(name, getattr(record, name)) for name in service_calls.LINKED}

        async def finish(number: int) -> service_calls.Refused:
            links = await service_calls.links_of(self._api, number)
            linking = service_calls.Linking(self._api, number, right=kind.right, begun=bool(body))
            of, people = (service_calls.numbers(shall, name) for name in ("ticket_refs", "technician_refs"))
            return await linking.fit(links, of, people)

        return Request(method, path, {"id": call, **body}, wanted, call, finish)
