"""Documents of the server that are made as drafts and go from state to state: shipments, receipts, orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from servicedesk_core.domain.parts import number_in, order_number
from servicedesk_core.errors import OutcomeUnknownError
from servicedesk_core.hooks import Clock, FindResult, Found, Inconclusive, Known, ProvenAbsent, Write, looked_for, marks
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, Site
from servicedesk_tryton.api.wire import Row, key, text

CANCELLED: Final = "cancelled"
_CANARIES: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of document.

    Attributes:
        model: Its model.
        title: What people call it.
        fields: What of it is read.
        steps: By which act it goes on from a state.
        undone: States in which nothing has happened yet, so that it is cancelled where it cannot go on.
        done: States in which what was wanted is done.
        marked: Whether a mark stands in its reference; else our order number, beside which people may write theirs.
    """

    model: str
    title: str
    fields: tuple[str, ...]
    steps: Mapping[str, str]
    undone: frozenset[str]
    done: frozenset[str] = frozenset({"done"})
    marked: bool = True

    def key_of(self, write_id: str) -> str:
        """Return what its reference holds of a write."""
        return write_id if self.marked else order_number(write_id)

    def is_of(self, row: Row, write_id: str) -> bool:
        """Return whether a document was made by a write."""
        reference = text(row.get("reference"))
        return marks.carries_mark(reference, write_id) if self.marked else number_in(reference) == self.key_of(write_id)


SHIPMENTS: Final = Kind(
    "stock.shipment.internal",
    "shipment",
    ("moves.product", "moves.quantity", "moves.from_location", "moves.to_location", "moves.lot"),
    {"draft": "wait", "waiting": "assign_try", "assigned": "do"},
    frozenset({"draft", "waiting", "assigned"}),
)
RECEIPTS: Final = Kind(
    "stock.shipment.in",
    "shipment",
    ("incoming_moves.origin", "inventory_moves.to_location"),
    {"draft": "receive", "received": "do"},
    frozenset({"draft"}),
)
ORDERS: Final = Kind(
    "purchase.purchase",
    "order",
    ("number",),
    {"draft": "quote", "quotation": "confirm"},
    frozenset({"draft", "quotation"}),
    frozenset({"confirmed", "processing", "done"}),
    marked=False,
)
INVOICES: Final = Kind(
    "account.invoice",
    "invoice",
    (),
    {"draft": "post", "validated": "post"},
    frozenset({"draft", "validated"}),
    frozenset({"posted", "paid"}),
)


class Documents:
    """Makes documents of a kind, takes them from state to state, and finds them by their reference.

    Args:
        api: The interface.
        site: What is known of the installation.
        clock: The time.
        settle_s: Seconds after which a document that is not there was not made.
        kind: The kind.
    """

    def __init__(self, api: Api, site: Site, clock: Clock, settle_s: float, kind: Kind) -> None:
        self.kind = kind
        self._api = api
        self._site = site
        self._clock = clock
        self._settle_s = settle_s

    async def one(self, ref: str) -> Row | None:
        """Return a document; ``None`` when there is none.

        Raises:
            ConnectorError: The server could not be asked.
        """
        rows = await self._read([["id", "=", int(ref)]]) if ref.isdecimal() else []
        return rows[0] if rows else None

    async def made(self, write_id: str) -> list[Row]:
        """Return the documents that a write made; one that was cancelled did nothing.

        Raises:
            ConnectorError: The server could not be asked.
        """
        # In a pattern an underscore stands for any character: too many are found, and looked through here.
        pattern = f"%{self.kind.key_of(write_id)}%"
        rows = await self._read([["reference", "ilike", pattern], ["state", "!=", CANCELLED]])
        return [row for row in rows if self.kind.is_of(row, write_id)]

    async def create(self, grant: str, values: Mapping[str, Any]) -> str:
        """Make a document as a draft, once, and return its id.

        Raises:
            RejectedError: The server refused it.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        company = await self._site.company()
        made = await self._api.write(grant, f"{self.kind.model}.create", [dict(values)], context=company.context)
        ref = key(made[0]) if isinstance(made, list) and len(made) == 1 else None
        if ref is None:
            raise OutcomeUnknownError(f"Tryton did not say which {self.kind.title} it made.")
        return str(ref)

    async def act(self, grant: str, act: str, document: Row) -> None:
        """Take a document, as it was read, to another state, once.

        Raises:
            WarningError: The server asks whether it is meant.
            WriteConflictError: Somebody changed it since it was read.
            RejectedError: The server refused it.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        await self._call(grant, act, document)

    async def change(self, grant: str, document: Row, values: Mapping[str, Any]) -> None:
        """Change a document, as it was read, once.

        Raises:
            ConnectorError: As :meth:`act`.
        """
        await self._call(grant, "write", document, dict(values))

    async def delete(self, grant: str, document: Row) -> None:
        """Delete a document, as it was read, once.

        Raises:
            ConnectorError: As :meth:`act`.
        """
        await self._call(grant, "delete", document)

    async def _call(self, grant: str, act: str, document: Row, *more: Any) -> None:
        company, ref = await self._site.company(), key(document.get("id"))
        read_at = {f"{self.kind.model},{ref}": document.get("_timestamp")}
        context = {**company.context, "_timestamp": read_at}
        await self._api.write(grant, f"{self.kind.model}.{act}", [ref], *more, context=context)

    async def answer(self, grant: str, warning: str) -> None:
        """Answer a question of the server's with yes, this once.

        Raises:
            ConnectorError: As :meth:`act`.
        """
        company = await self._site.company()
        await self._api.write(grant, "res.user.warning.skip", warning, False, context=company.context)  # noqa: FBT003

    async def find(self, write: Write) -> FindResult:
        """Look for a write whose fate is unknown: only a document that is done has done anything.

        Raises:
            ConnectorError: The server could not be asked.
        """
        canary = self._any_marked if self.kind.marked else None
        found = await looked_for(write, self._search, now=self._clock.now(), settle_s=self._settle_s, canary=canary)
        if isinstance(found, Found):
            return found
        begun = [row for row in await self.made(write.id) if row.get("state") not in self.kind.done]
        if len(begun) != 1 or write.attempted_at is None:
            return found
        ready = write.attempted_at + timedelta(seconds=self._settle_s)
        if self._clock.now() < ready:
            return Inconclusive(f"The {self.kind.title} was made, and may still be on its way.", ask_again_at=ready)
        told = f"{self.kind.title} {begun[0].get('id')} carries its key and is {begun[0].get('state')}"
        # It was read, so the search works; sending again goes on with it and makes no second one.
        return ProvenAbsent(f"{told}: it is not done yet", told, begun=str(begun[0].get("id")))

    async def _search(self, write_id: str, parent: str | None) -> list[str]:
        """Return the documents of a write that are done, wherever they belong."""
        del parent
        return [str(row["id"]) for row in await self.made(write_id) if row.get("state") in self.kind.done]

    async def _any_marked(self) -> Known | None:
        """Return the newest document that is done and carries any mark of ours."""
        domain = [["reference", "ilike", f"%{marks.START}%"], ["state", "in", sorted(self.kind.done)]]
        for row in await self._read(domain, limit=_CANARIES, order=(("id", "DESC"),)):
            for one in marks.marks_in(row.get("reference")):
                return Known(one, str(row.get("id")))
        return None

    async def _read(self, domain: list[Any], **more: Any) -> list[Row]:
        company = await self._site.company()
        own = [name for name in self.kind.fields if LOT in company.models or not name.endswith(".lot")]
        fields = ("state", "reference", "_timestamp", *own)
        rows = await self._api.rows(self.kind.model, domain, fields, company.context, **more)
        return [row for row in rows if key(row.get("id")) is not None]
