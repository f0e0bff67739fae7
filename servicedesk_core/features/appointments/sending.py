"""Sending events to calendars: directly before it is looked whether they are still wanted, and what stands there."""

from dataclasses import dataclass

from servicedesk_core.domain.calendars import CANCEL
from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import RejectedError, UnsupportedError
from servicedesk_core.faces import Moot
from servicedesk_core.features.appointments.events import ACTS, SHOWN, still
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.outbox.record_sender import RecordSender, as_hook_sees, capability
from servicedesk_core.outbox.senders import Sent, Shown
from servicedesk_core.ports import Clock
from servicedesk_core.store.outbox import StoredWrite


@dataclass(frozen=True, slots=True)
class EventSender(RecordSender):
    """Carries events to calendars; there is no copy of them in the store, only the writes.

    Attributes:
        clock: The time.
    """

    clock: Clock

    def carries(self, kind: str) -> bool:
        """See :meth:`Sender.carries`."""
        return kind in ACTS[0].kinds

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """See :meth:`Sender.check`: what its owner changed of an event of ours, or deleted, is not written over.

        Raises:
            RejectedError: The appointment was moved, cancelled or given to somebody else since.
            UnsupportedError: The connector cannot read events.
            ConnectorError: The calendar could not be read; nothing is sent now.
        """
        capability(calls, write.kind).check(as_hook_sees(write))
        if not calls.implements("read_event"):
            raise UnsupportedError(
                "This connector reads no events, so that it cannot book.", connection=calls.connection
            )
        now = self.clock.now()
        told = await self.copier.store.read(lambda tx: still(tx, write, now))
        if isinstance(told, Moot):
            raise RejectedError(f"{told.why} Nothing was sent.", connection=calls.connection)
        event = await calls.read_event(str(write.values["technician"]), write.target or "")
        shown = dict.fromkeys(SHOWN) if event is None else {
            "start_at": event.start.isoformat(), "end_at": event.end.isoformat(), "summary": event.summary,
        }  # fmt: skip
        is_gone_already = event is None and write.kind == CANCEL
        newer = tuple(
            name
            for name in SHOWN
            if not is_gone_already
            and not same(shown[name], write.base.get(name))
            and not same(shown[name], write.values.get(name))
        )
        return Shown(shown, newer, revision="" if event is None else event.revision)

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`."""
        receipt = await calls.send_write(as_hook_sees(write))
        return Sent(receipt.ref, receipt.warnings, revision=receipt.revision)

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """See :meth:`Sender.confirmed`: nothing is copied."""
        del calls, write, sent
        return True
