"""Taking parts out of the stock and giving them back, and looking for what became of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Clock, FindResult, Known, Write, WriteReceipt, carries_mark, looked_for, marks_in
from servicedesk_snipeit.api import Api
from servicedesk_snipeit.meaning import is_ready, split, split_move
from servicedesk_snipeit.profile import TAKE
from servicedesk_snipeit.settings import KINDS, SnipeItSettings
from servicedesk_snipeit.values import Row, number, text

SETTLE_S: Final = 120.0
"""A request that PHP is still at work on has ended by then."""
LONGEST_NOTE: Final = 300

_ONE_ACT: Final = timedelta(seconds=2)
_OUT: Final = "checkout"
_BACK: Final = "checkin from"


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves parts of one installation.

    Attributes:
        api: Its calls.
        settings: The connection's settings.
        clock: The time.
    """

    api: Api
    settings: SnipeItSettings
    clock: Clock

    async def send(self, write: Write, noted: str) -> WriteReceipt:
        """Check a part out or in, once.

        Args:
            write: The write.
            noted: What its note ends with: what somebody said, and the mark.

        Raises:
            RejectedError: It cannot be done, or was refused; nothing was changed.
            OutcomeUnknownError: It may have been done.
            ConnectorError: As the HTTP kit says.
        """
        kind, item = self._level(write.parent)
        quantity = _quantity(write)
        row = await self.api.row(kind, item)
        if row is None:
            message = f"Snipe-IT has no {write.parent} any more."
            raise NotFoundError(message, hint="Sync the stock and take the part that is there.")
        if write.kind == TAKE:
            path, body = f"{kind}/{item}/checkout", await self._taking(write, kind, row, quantity)
        else:
            path, body = await self._returning(write, kind, item, quantity)
        # The mark ends the note; what stands before it is for people, and says how many: not every log does.
        note = f"{write.values['ticket_number']} x{quantity:f} {noted}"
        await self.api.act(path, {**body, "note": note})
        refs = await self._marked(write.kind, write.id, write.parent)
        if len(refs) == 1:
            return WriteReceipt(refs[0])
        message = "Snipe-IT took it, and its log does not show it yet."
        raise OutcomeUnknownError(message, hint="It is looked for again before anything is repeated.")

    async def find(self, write: Write) -> FindResult:
        """Look for a write in the log of the item: its note holds our mark."""

        async def search(key: str, parent: str | None) -> list[str]:
            return await self._marked(write.kind, key, parent or write.parent)

        async def canary() -> Known | None:
            for row in await self._log(write.kind, write.parent):
                for key in marks_in(text(row.get("note"))):
                    return Known(key, f"{write.parent}/{row['id']}", write.parent)
            return None

        return await looked_for(write, search, now=self.clock.now(), settle_s=SETTLE_S, canary=canary)

    async def _marked(self, act: str, key: str, parent: str | None) -> list[str]:
        """Return the ids of what an item's log shows with a mark."""
        rows = await self._log(act, parent)
        return [f"{parent}/{row['id']}" for row in rows if carries_mark(text(row.get("note")), key)]

    async def _log(self, act: str, parent: str | None) -> list[Row]:
        """Return the entries of an item's log that are of one act."""
        action = _OUT if act == TAKE else _BACK
        kind, item = self._level(parent)
        return [row for row in await self.api.log(kind, item) if row.get("action_type") == action]

    @staticmethod
    def _left(write: Write, row: Row) -> Decimal | None:
        try:
            return number(row.get("remaining"))
        except ValueError:
            raise _refused(f"How many of {write.parent} are left is no number there.", "quantity") from None

    async def _taking(self, write: Write, kind: str, row: Row, quantity: Decimal) -> dict[str, Any]:
        """Return what a checkout says besides its note.

        Raises:
            RejectedError: There are not so many, or nobody to hand them to.
        """
        if kind == "hardware":
            if not is_ready(row) or quantity != 1:
                why = "it is one piece" if quantity != 1 else "somebody has it, or it may not be handed out"
                raise _refused(f"{write.parent} cannot be taken: {why}.", "quantity")
        elif (left := self._left(write, row)) is not None and left < quantity:
            raise _refused(f"There are {left:f} of {write.parent} left, and {quantity:f} are wanted.", "quantity")
        holder, ref = await self._holder(write)
        count = int(quantity)
        if kind == "components":
            if holder != "asset":
                raise _refused("A component goes into an asset, and none is named: --to asset:7 says which.", "holder")
            return {"assigned_to": ref, "assigned_qty": count}
        if kind == "consumables":
            if holder != "user":
                raise _refused("A consumable goes to a user, and none is named: --to user:3 says whom.", "holder")
            return {"assigned_to": ref, "checkout_qty": count}
        target = {f"assigned_{holder}": ref, "checkout_to_type": holder}
        return target | ({"checkout_qty": count} if kind == "accessories" else {})

    async def _holder(self, write: Write) -> tuple[str, int]:
        """Return who gets it: who is named, else the asset with the device's serial number, else who is configured."""
        named = write.values.get("holder")
        serial = write.values.get("device_serial")
        if named is None and serial:
            asset = await self.api.asset_with(str(serial))
            if asset is not None:
                return "asset", int(asset["id"])
        told = named or self.settings.holder
        what, _, ref = str(told or "").partition(":")
        if what not in {"asset", "user", "location"} or not ref.isdecimal():
            why = f"No asset has the serial number {serial}" if serial and not named else "Nobody is named"
            raise _refused(f"{why}, and nobody else is to hold it.", "holder")
        return what, int(ref)

    async def _returning(self, write: Write, kind: str, item: str, quantity: Decimal) -> tuple[str, dict[str, Any]]:
        """Return the address of a checkin, and what it says besides its note.

        Raises:
            RejectedError: It was not taken so, is back already, or does not come back at all.
        """
        move = split_move(str(write.values.get("move_ref")))
        if move is None or move[:2] != (kind, item):
            raise _refused("What is given back was not taken from there.", "move_ref")
        if kind == "consumables":
            raise _refused("Snipe-IT takes no consumable back; count it there.", "move_ref")
        if kind != "components" and quantity != 1:
            raise _refused("Only one piece is given back at a time.", "quantity")
        log = await self.api.log(kind, item)
        taken = next((row for row in log if str(row.get("id")) == move[2] and row.get("action_type") == _OUT), None)
        target = taken.get("target") if taken else None
        if not isinstance(target, Mapping):
            raise _refused("The log does not show that it was taken.", "move_ref")
        if kind == "hardware":
            return f"hardware/{item}/checkin", {}
        rows = await self.api.checkouts(kind, item)
        row = _row_of(rows, taken or {}, target, quantity)
        if kind == "components":
            return f"components/{row}/checkin", {"checkin_qty": int(quantity)}
        return f"accessories/{row}/checkin", {}

    def _level(self, parent: str | None) -> tuple[str, str]:
        named = split(parent)
        if named is None or named[0] not in KINDS:
            raise _refused("Its stock level is none of Snipe-IT's.", "parent")
        return named


def _row_of(rows: list[Row], taken: Row, target: Mapping[str, Any], quantity: Decimal) -> int:
    """Return the id of the checkout row that a log entry made: neither names the other.

    Raises:
        RejectedError: None is left.
    """

    def holder(row: Row) -> Any:
        to = row.get("assigned_to")
        return to.get("id") if isinstance(to, Mapping) else row.get("id")

    own = [row for row in rows if holder(row) == target.get("id") and (number(row.get("qty")) or quantity) >= quantity]
    note = text(taken.get("note"))
    same = [row for row in own if note and text(row.get("note")) == note]  # components show no note there
    same = same or [row for row in own if _is_together(row.get("created_at"), taken.get("created_at"))]
    if not same:
        raise _refused("It is back already, or Snipe-IT shows it no more.", "move_ref")
    row = same[0]  # what one holder got of one item at one moment is alike
    return int(row.get("assigned_pivot_id", row.get("id")))


def _is_together(one: Any, other: Any) -> bool:
    """Return whether two stamps are of one act; they tell no zone, and are made a moment apart."""
    texts = [stamp.get("datetime") if isinstance(stamp, Mapping) else None for stamp in (one, other)]
    try:
        first, second = (datetime.fromisoformat(str(told)) for told in texts)
    except ValueError:
        return False
    return abs(first - second) <= _ONE_ACT


def _quantity(write: Write) -> Decimal:
    try:
        quantity = Decimal(str(write.values["quantity"]))
    except InvalidOperation:
        quantity = Decimal(0)
    if not quantity.is_finite() or quantity < 1 or quantity != quantity.to_integral_value():
        raise _refused("Snipe-IT counts whole pieces, and at least one.", "quantity")
    return quantity


def _refused(message: str, *fields: str) -> RejectedError:
    return RejectedError(f"Not sent: {message}", field_errors=fields)
