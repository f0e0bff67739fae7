"""What the codes of warranties mean: how the device is served, and whether the machine or a component is covered."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from servicedesk_core.domain.warranty import Delivery
from servicedesk_core.errors import AuthenticationError, ConnectorError
from servicedesk_core.hooks import LogSink, StateStore
from servicedesk_lenovo.api.client import Api, Role, error_in, rows_of

_KEY = "warranty_codes"
_VERSION = 1
_KEPT = timedelta(days=30)
_CODES_PER_REQUEST = 50

DELIVERIES = {
    "ON_SITE": Delivery.ON_SITE,
    "DEPOT": Delivery.DEPOT,
    "COURIER": Delivery.MAIL_IN,
    "BRING_IN": Delivery.CARRY_IN,
    "ADV_EXCHANGE": Delivery.ADVANCE_EXCHANGE,
    "PARTS_ONLY": Delivery.PARTS_ONLY,
    "CRU": Delivery.CUSTOMER_REPLACEABLE,
    "TECH_SUPPORT": Delivery.REMOTE,
}


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    Attributes:
        delivery: The vendor's word for how it serves the device.
        category: ``MACHINE`` or ``COMPONENT``; anything else tells nothing.
    """

    delivery: str = ""
    category: str = ""

    def over(self, earlier: Self) -> Self:
        """Return this code with what an earlier record says where this one is blank."""
        return type(self)(self.delivery or earlier.delivery, self.category or earlier.category)

    @property
    def serves(self) -> Delivery | None:
        """How the device is served; ``None`` when the vendor's word is new."""
        return DELIVERIES.get(self.delivery)

    @property
    def covers_hardware(self) -> bool | None:
        """Whether the machine is covered: neither by support from afar nor by a cover of one component.

        How it is served is another question, which the vendor may leave open.
        """
        if self.serves is Delivery.REMOTE or self.category == "COMPONENT":
            return False
        return True if self.category == "MACHINE" else None


UNKNOWN = Code()


class Codes:
    """The codes seen so far, remembered for a month.

    Args:
        api: The vendor's interface.
        state: The connection's memory.
        log: For what could not be asked.
    """

    def __init__(self, api: Api, state: StateStore, log: LogSink) -> None:
        self._api = api
        self._state = state
        self._log = log
        self._known: dict[str, Code] = {}
        self._asked_in_vain: set[str] = set()
        self._learning = asyncio.Lock()

    async def load(self, now: datetime) -> None:
        """Take what earlier runs learnt."""
        saved = await self._state.get(_KEY)
        if not isinstance(saved, dict) or saved.get("version") != _VERSION:
            return
        if datetime.fromisoformat(saved["saved_at"]) + _KEPT > now:
            self._known = {name: Code(**fields) for name, fields in saved["codes"].items()}

    async def learn(self, names: Iterable[str], now: datetime) -> None:
        """Ask for codes that are not known yet. A failure costs only what the codes would tell.

        Raises:
            AuthenticationError: The ClientID was refused.
        """
        async with self._learning:  # batches in flight at once mostly hold the same codes
            await self._learn({*names} - self._known.keys() - self._asked_in_vain, now)

    def get(self, name: str | None) -> Code:
        """Return a code, or the one that tells nothing."""
        return self._known.get(name or "", UNKNOWN)

    async def _learn(self, names: set[str], now: datetime) -> None:
        missing = sorted(names)
        for start in range(0, len(missing), _CODES_PER_REQUEST):
            batch = missing[start : start + _CODES_PER_REQUEST]
            try:
                body = await self._api.get(Role.WARRANTY, "warranty", {"ID": ",".join(batch)})
            except AuthenticationError:
                raise
            except ConnectorError as error:
                self._log.warning("warranty codes could not be read: %s", error.code)
                return
            found: dict[str, Code] = {}
            for row in () if error_in(body) else rows_of(body) or ():
                name = str(row.get("ID"))
                found[name] = _code(row).over(found.get(name, UNKNOWN))
            self._known |= {name: found[name] for name in batch if name in found}
            self._asked_in_vain |= {name for name in batch if name not in found}
        if missing:
            codes = {name: {"delivery": c.delivery, "category": c.category} for name, c in self._known.items()}
            await self._state.put(_KEY, {"version": _VERSION, "saved_at": now.isoformat(), "codes": codes})


def _code(row: Mapping[str, Any]) -> Code:
    return Code(delivery=_word(row.get("Delivery")), category=_word(row.get("Category")))


def _word(value: object) -> str:
    return value.strip().upper() if isinstance(value, str) else ""
