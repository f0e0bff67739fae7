"""Internal shipments: how the server moves stock from place to place, and where our mark stands."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from servicedesk_core.errors import ProtocolError
from servicedesk_core.hooks import Clock, FindResult, Found, Inconclusive, Known, ProvenAbsent, Write, looked_for, marks
from servicedesk_tryton.api.client import SHIPMENT, Api
from servicedesk_tryton.api.site import LOT, Site
from servicedesk_tryton.api.wire import Row, key

DONE: Final = "done"
_CANCELLED: Final = "cancelled"
_FIELDS: Final = (
    "state", "reference", "_timestamp", "moves.product", "moves.quantity", "moves.from_location",
    "moves.to_location", "moves.state",
)  # fmt: skip
_CANARIES: Final = 20


class Shipments:
    """Makes shipments, takes them from state to state, and finds them by the mark in their reference.

    Args:
        api: The interface.
        site: What is known of the installation.
        clock: The time.
        settle_s: Seconds after which a shipment that is not there was not made.
    """

    def __init__(self, api: Api, site: Site, clock: Clock, settle_s: float) -> None:
        self._api = api
        self._site = site
        self._clock = clock
        self._settle_s = settle_s

    async def one(self, ref: str) -> Row | None:
        """Return a shipment; ``None`` when there is none.

        Raises:
            ConnectorError: The server could not be asked.
        """
        rows = await self._read([["id", "=", int(ref)]]) if ref.isdecimal() else []
        return rows[0] if rows else None

    async def marked(self, write_id: str) -> list[Row]:
        """Return the shipments that carry the mark of a write; one that was cancelled moved nothing.

        Raises:
            ConnectorError: The server could not be asked.
        """
        # In a pattern an underscore stands for any character: too many are found, and looked through here.
        rows = await self._read([["reference", "ilike", f"%{write_id}%"], ["state", "!=", _CANCELLED]])
        return [row for row in rows if marks.carries_mark(row.get("reference"), write_id)]

    async def create(self, grant: str, values: Mapping[str, Any]) -> str:
        """Make a shipment as a draft, once, and return its id.

        Raises:
            RejectedError: The server refused it.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        company = await self._site.company()
        made = await self._api.write(grant, f"{SHIPMENT}.create", [dict(values)], context=company.context)
        ref = key(made[0]) if isinstance(made, list) and len(made) == 1 else None
        if ref is None:
            raise ProtocolError("Tryton made a shipment and did not say which.")
        return str(ref)

    async def act(self, grant: str, act: str, shipment: Row) -> None:
        """Take a shipment, as it was read, to another state, once.

        Raises:
            WarningError: The server asks whether it is meant.
            WriteConflictError: Somebody changed it since it was read.
            RejectedError: The server refused it.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        company, ref = await self._site.company(), key(shipment.get("id"))
        read_at = {f"{SHIPMENT},{ref}": shipment.get("_timestamp")}
        await self._api.write(grant, f"{SHIPMENT}.{act}", [ref], context={**company.context, "_timestamp": read_at})

    async def answer(self, grant: str, warning: str) -> None:
        """Answer a question of the server's with yes, this once.

        Raises:
            ConnectorError: As :meth:`act`.
        """
        company = await self._site.company()
        await self._api.write(grant, "res.user.warning.skip", warning, False, context=company.context)  # noqa: FBT003

    async def find(self, write: Write) -> FindResult:
        """Look for a movement whose fate is unknown: only a shipment that is done has moved anything.

        Raises:
            ConnectorError: The server could not be asked.
        """
        found = await looked_for(
            write, self._search, now=self._clock.now(), settle_s=self._settle_s, canary=self._any_marked
        )
        if isinstance(found, Found):
            return found
        begun = [row for row in await self.marked(write.id) if row.get("state") != DONE]
        if len(begun) != 1 or write.attempted_at is None:
            return found
        ready = write.attempted_at + timedelta(seconds=self._settle_s)
        if self._clock.now() < ready:
            return Inconclusive("The shipment was made, and may still be on its way.", ask_again_at=ready)
        told = f"shipment {begun[0].get('id')} carries its mark and is {begun[0].get('state')}"
        # It was read, so the search works; sending again goes on with it and makes no second one.
        return ProvenAbsent(f"{told}: nothing was moved yet", told)

    async def _search(self, write_id: str, level: str | None) -> list[str]:
        """Return the shipments of a write that are done, wherever they went."""
        del level
        return [str(row["id"]) for row in await self.marked(write_id) if row.get("state") == DONE]

    async def _any_marked(self) -> Known | None:
        """Return the newest shipment that is done and carries any mark of ours."""
        domain = [["reference", "ilike", f"%{marks.START}%"], ["state", "=", DONE]]
        for row in await self._read(domain, limit=_CANARIES, order=(("id", "DESC"),)):
            for one in marks.marks_in(row.get("reference")):
                return Known(one, str(row.get("id")))
        return None

    async def _read(self, domain: list[Any], **more: Any) -> list[Row]:
        company = await self._site.company()
        fields = (*_FIELDS, *(("moves.lot",) if LOT in company.models else ()))
        rows = await self._api.rows(SHIPMENT, domain, fields, company.context, **more)
        return [row for row in rows if key(row.get("id")) is not None]
