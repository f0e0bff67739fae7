"""How the devices of a look-up stand, told page by page while later ones are still being asked for."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations

from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState
from servicedesk_core.domain.warranty.identity import DeviceName
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.warranty.lookup.asking import Batch, Line
from servicedesk_core.features.warranty.lookup.turns import in_turns
from servicedesk_core.features.warranty.lookup.waiting import Look, Page, what_is_known
from servicedesk_core.features.warranty.model import CoverRow
from servicedesk_core.features.warranty.tables.rows import row_of, state_of
from servicedesk_core.ports import Transactions
from servicedesk_core.store.cover import Known
from servicedesk_core.store.cover.assets import DeviceRecord

Answers = Mapping[DeviceName, Sequence[CoverFact]]


class Tally:
    """Counts states, and keeps the first devices.

    Args:
        store: The desk's store.
        lines: The makers.
        failed: Makers that could not be asked at all, and why: nobody knows which devices are theirs.
        day: The day to tell states for.
        most: How many devices are kept.
    """

    def __init__(
        self, store: Transactions, lines: Sequence[Line], failed: Mapping[str, ServiceDeskError], day: date, most: int
    ) -> None:
        self.day = day
        self.states: Counter[CoverState] = Counter()
        self.rows: list[CoverRow] = []
        self._store = store
        self._lines = lines
        self._failed = failed
        self._most = most

    async def tell(self, page: Page) -> None:
        """Tell how the devices of a page stand: by what was known before, and by what was answered."""
        before = await what_is_known(self._store, page.looks) if page.is_known_better else page.known
        answers = _by_device(page.batches)
        by_serial: dict[str, set[DeviceName]] = {}
        for name in (*before.facts, *answers):
            by_serial.setdefault(name.serial_number, set()).add(name)
        async for look in in_turns(page.looks):
            record = replace(look.candidate.record, facts=tuple(_facts(look, before, by_serial, answers)))
            without = CoverState.ERROR if any(look.own) else self._of_nobody
            self.states[state_of(record, self.day, without=without)] += 1
            if len(self.rows) < self._most:
                why_not = self._why_not(look, record)
                self.rows.append(row_of(record, self.day, without=without, why_not=why_not))

    @property
    def _of_nobody(self) -> CoverState:
        return CoverState.ERROR if self._failed else CoverState.NOT_RECOGNISED

    def _why_not(self, look: Look, record: DeviceRecord) -> str | None:
        if look.candidate.device is None or (record.facts and not any(line.problem for line in self._lines)):
            return None
        for line, device in zip(self._lines, look.own, strict=True):
            if device is not None and line.problem is not None:
                return f"{line.asker.name}: {line.problem.message}"
        if any(look.own):
            return None
        for name, error in self._failed.items():
            return f"{name}: {error.message}"
        if not self._lines:
            return "No connection to a manufacturer can be asked."
        return "No connected manufacturer recognises it."


def _by_device(batches: set[Batch]) -> dict[DeviceName, list[CoverFact]]:
    found: dict[DeviceName, list[CoverFact]] = {}
    for batch in batches:
        for key, fact in batch.facts.items():
            found.setdefault(key, []).append(fact)
    return found


def _facts(
    look: Look, known: Known, by_serial: Mapping[str, Collection[DeviceName]], answers: Answers
) -> Iterator[CoverFact]:
    """Iterate over what everybody says about a device by now, the PSA included."""
    asset_id = look.candidate.record.asset_id
    told = _told({*look.keys, *known.of_assets.get(asset_id or 0, ())}, known, answers)
    if asset_id is None:
        same = {name for key in look.keys for name in by_serial.get(key.serial_number, ()) if key.may_be(name)}
        others = _told(same - told.keys(), known, answers)
        if _is_one([name for name, facts in (told | others).items() if any(fact.answered_at for fact in facts)]):
            told |= others
    for facts in told.values():
        yield from facts
    yield from (fact for fact in look.candidate.record.facts if fact.source is CoverSource.PSA)


def _told(names: Collection[DeviceName], known: Known, answers: Answers) -> dict[DeviceName, list[CoverFact]]:
    told = {}
    for name in names:
        facts = dict(known.facts.get(name, {}))
        for fact in answers.get(name, ()):
            facts[fact.origin] = fact.after(facts.get(fact.origin))
        told[name] = list(facts.values())
    return told


def _is_one(names: Sequence[DeviceName]) -> bool:
    """Return whether names under which devices are known can all be one device's."""
    return all(one.may_be(other) for one, other in combinations(names, 2))
