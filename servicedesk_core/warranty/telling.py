"""How the devices of a look-up stand, told page by page while later ones are still being asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState
from servicedesk_core.domain.warranty.serials import normalise_serial, plain_maker
from servicedesk_core.store import Store, cover
from servicedesk_core.store.queries.cover import DeviceRecord
from servicedesk_core.warranty.asking import Batch, Line
from servicedesk_core.warranty.rows import CoverRow, row_of, state_of
from servicedesk_core.warranty.selection import Candidate


@dataclass(frozen=True, slots=True)
class Page:
    """Devices of which some are being asked for.

    Attributes:
        candidates: The devices.
        known: Each of them as each maker writes it, in the order of the lines.
        batches: What has to be settled before their state can be told.
    """

    candidates: Sequence[Candidate]
    known: Sequence[Sequence[DeviceRef | None]]
    batches: set[Batch] = field(default_factory=set)

    @property
    def is_settled(self) -> bool:
        """Whether every answer has been stored."""
        return all(batch.settled.is_set() for batch in self.batches)


class Telling:
    """Counts states, and keeps the first devices.

    Args:
        store: The desk's store.
        lines: The makers.
        day: The day to tell states for.
        most: How many devices are kept.
    """

    def __init__(self, store: Store, lines: Sequence[Line], day: date, most: int) -> None:
        self.day = day
        self.states: Counter[CoverState] = Counter()
        self.rows: list[CoverRow] = []
        self._store = store
        self._lines = lines
        self._most = most

    async def tell(self, page: Page) -> None:
        """Tell how the devices of a page stand, with what the store holds by now."""
        for candidate, own, record in zip(page.candidates, page.known, await self._records(page), strict=True):
            without = CoverState.ERROR if any(own) else CoverState.NOT_RECOGNISED
            self.states[state_of(record, self.day, without=without)] += 1
            if len(self.rows) < self._most:
                why_not = self._why_not(candidate, own, record)
                self.rows.append(row_of(record, self.day, without=without, why_not=why_not))

    async def _records(self, page: Page) -> list[DeviceRecord]:
        """Return the records with what is known of them now."""
        assets = [c.record.asset_id for c in page.candidates if c.record.asset_id is not None]
        asked = [
            () if c.record.asset_id is not None else _every(c, own)
            for c, own in zip(page.candidates, page.known, strict=True)
        ]
        of_assets, of_devices = await self._store.read(
            lambda tx: (cover.facts_of_assets(tx, assets), cover.all_facts(tx, [d for own in asked for d in own]))
        )
        found = []
        for candidate, devices in zip(page.candidates, asked, strict=True):
            record, facts = candidate.record, tuple(fact for d in devices for fact in of_devices.get(d, ()))
            if record.asset_id is not None:
                facts = (*of_assets.get(record.asset_id, ()), *_of_psa(record.facts))
            found.append(replace(record, facts=facts))
        return found

    def _why_not(self, candidate: Candidate, own: Sequence[DeviceRef | None], record: DeviceRecord) -> str | None:
        if candidate.device is None or (record.facts and not any(line.problem for line in self._lines)):
            return None
        for line, device in zip(self._lines, own, strict=True):
            if device is not None and line.problem is not None:
                return f"{line.asker.name}: {line.problem.message}"
        if any(own):
            return None
        if not self._lines:
            return "No connection to a manufacturer can be asked."
        return "No connected manufacturer recognises it."


def _of_psa(facts: Sequence[CoverFact]) -> list[CoverFact]:
    return [fact for fact in facts if fact.source is CoverSource.PSA]


def _every(candidate: Candidate, own: Sequence[DeviceRef | None]) -> Sequence[DeviceRef]:
    """Return a device as the makers write it, and as a spreadsheet would have."""
    devices = [device for device in own if device is not None]
    if candidate.device is not None:
        serial = normalise_serial(candidate.device.serial_number)
        maker = plain_maker(candidate.device.manufacturer)
        devices.append(candidate.device.model_copy(update={"serial_number": serial, "manufacturer": maker}))
    return list(dict.fromkeys(devices))
