"""Putting events into calendars and taking them away, each at an address of its own that never changes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from servicedesk_core.domain.calendars import CANCEL, PUT, CalendarEvent
from servicedesk_core.errors import NotFoundError, ProtocolError, SettingsError, UnsupportedError, WriteConflictError
from servicedesk_core.hooks import (
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    ReconcilableBy,
    Write,
    WriteCapability,
    WriteReceipt,
)
from servicedesk_core.http import HttpClient, Response
from servicedesk_core.ports import Clock

_SETTLE_S: Final = 60.0
"""So long after an attempt a request that was given up may still arrive at the server."""

PUTS: Final = WriteCapability(
    PUT,
    ReconcilableBy.RECORD,
    right="write access to the calendars, for the user of the connection",
    fields=("technician", "start_at", "end_at", "summary"),
    required=("technician", "start_at", "end_at", "summary"),
    max_lengths={"summary": 255},
    needs="target",
    settle_s=_SETTLE_S,
    side_effects="The owner's devices may remind them of it.",
)
CANCELS: Final = WriteCapability(
    CANCEL,
    ReconcilableBy.RECORD,
    right=PUTS.right,
    fields=("technician",),
    required=("technician",),
    needs="target",
    settle_s=_SETTLE_S,
)
WRITES: Final = {one.kind: one for one in (PUTS, CANCELS)}
_ICS: Final = {"Content-Type": "text/calendar; charset=utf-8"}
_ANYTHING: Final = {"Accept": "text/calendar, */*;q=0.1"}


@dataclass(frozen=True, slots=True)
class Booking:
    """The events of ours in some calendars.

    Attributes:
        client: Sends requests.
        calendars: Path of a calendar by the technician's name.
        zone: Where whole days lie, and times that name no zone.
        clock: The time.
        connection: Name of the connection.
    """

    client: HttpClient
    calendars: Mapping[str, str]
    zone: tzinfo
    clock: Clock
    connection: str

    async def read(self, technician: str, uid: str) -> CalendarEvent | None:
        """Return an event; ``None`` = there is none of that id."""
        answer = await self._resource(self._path(technician, uid))
        return None if answer is None else await self._event(answer, uid)

    async def send(self, write: Write) -> WriteReceipt:
        """Put an event, or take it away, unless another version of it is there than was read.

        Raises:
            UnsupportedError: It is another kind of write.
            RejectedError: It says too little or too much.
            WriteConflictError: The calendar has another version.
        """
        if (can := WRITES.get(write.kind)) is None:
            raise UnsupportedError(f'Calendars cannot be given "{write.kind}".', connection=self.connection)
        can.check(write)
        uid, revision = write.target or "", write.base_revision
        path = self._path(write.values["technician"], uid)
        if can is CANCELS:
            return await self._cancelled(path, uid, revision)
        try:
            return await self._put(path, write, revision)
        except WriteConflictError:  # an attempt that was given up may have arrived meanwhile
            shown = await self.read(write.values["technician"], uid)
            if shown is None or shown.write_id != write.id:
                raise
            return WriteReceipt(uid, revision=shown.revision)

    async def find(self, write: Write) -> FindResult:
        """Look for a write at the event's own address: that nothing is there, or of another write, is proof."""
        event = await self.read(write.values["technician"], write.target or "")
        if write.kind == CANCEL:
            is_done, why = event is None, f"the event {write.target} is still there"
        elif event is None:
            is_done, why = False, f"the server has no event {write.target}"
        else:
            is_done, why = event.write_id == write.id, f"the event {write.target} is of another write"
        if is_done:
            return Found(write.target or "")
        at = write.attempted_at
        if at is not None and (self.clock.now() - at).total_seconds() < _SETTLE_S:
            return Inconclusive(f"Not yet, {why}; a request that was given up may still arrive.")
        return ProvenAbsent(why)

    async def _put(self, path: str, write: Write, revision: str | None) -> WriteReceipt:
        from servicedesk_core.connectors.caldav.booked import text_of  # noqa: PLC0415  # an optional extra

        start, end = (datetime.fromisoformat(write.values[name]).astimezone(UTC) for name in ("start_at", "end_at"))
        event = CalendarEvent(write.target or "", start, end, write.values["summary"], write_id=write.id)
        before = await self._text_of_version(path, event.uid, revision) if revision else ""
        content = await asyncio.to_thread(text_of, event, self.clock.now(), before)
        only = {"If-Match": revision} if revision else {"If-None-Match": "*"}
        answer = await self.client.put(path, content=content, headers={**_ICS, **only})
        return WriteReceipt(event.uid, revision=answer.headers.get("etag"))

    async def _cancelled(self, path: str, uid: str, revision: str | None) -> WriteReceipt:
        if revision:
            try:
                await self.client.delete(path, headers={"If-Match": revision})
            except NotFoundError:
                return WriteReceipt(uid, warnings=("Its owner had deleted it.",))
        return WriteReceipt(uid)

    async def _text_of_version(self, path: str, uid: str, revision: str) -> str:
        """Return the object as it stands, with what its owner added.

        Raises:
            WriteConflictError: It is another version, or gone.
        """
        answer = await self._resource(path)
        if answer is None or answer.headers.get("etag") != revision:
            raise WriteConflictError("The event was changed since it was read.", connection=self.connection)
        await self._event(answer, uid)
        return answer.content.decode()

    async def _resource(self, path: str) -> Response | None:
        try:
            return await self.client.get(path, headers=_ANYTHING)
        except NotFoundError:
            return None

    async def _event(self, answer: Response, uid: str) -> CalendarEvent:
        """Return the event of an answer.

        Raises:
            ProtocolError: It cannot be read, or the server names no version of it.
        """
        from servicedesk_core.connectors.caldav.booked import event_in  # noqa: PLC0415  # an optional extra

        if not (revision := answer.headers.get("etag", "")):
            message = "The server names no version (ETag) of an event, so that nothing can be changed safely."
            raise ProtocolError(message, connection=self.connection)
        try:
            return await asyncio.to_thread(event_in, answer.content.decode(), uid, self.zone, revision)
        except ValueError as error:
            raise ProtocolError(f"The calendar {error}.", connection=self.connection) from None

    def _path(self, technician: str, uid: str) -> str:
        """Return the address of an event of ours.

        Raises:
            SettingsError: The connection has no calendar of this technician (any more).
        """
        if (calendar := self.calendars.get(technician)) is not None:
            return f"{calendar}{uid}.ics"
        hint = f"Name it in calendars of [connections.{self.connection}]."
        raise SettingsError(f"There is no calendar of {technician} here.", hint=hint)
