"""How all devices stand, from few columns: a hundred thousand are judged while lists read some hundred as records."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from servicedesk_core.domain.warranty import Entitlement, EntitlementKind, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState, trust
from servicedesk_core.domain.warranty.makers import is_called
from servicedesk_core.domain.warranty.serials import why_no_serial
from servicedesk_core.features.warranty.model import CoverRow
from servicedesk_core.features.warranty.tables.rows import row_of
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.cover.assets import AssetFilter, asset_pages, devices_without_asset, narrow_assets
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.scope import Scope

_AT_ONCE: Final = 500
_SAME: Final = (
    "FROM cover_assets a JOIN cover_devices o ON o.id = a.device_id JOIN cover_devices n ON n.same_as = o.same_as "
    "JOIN cover_facts f ON f.device_id = n.id"
)
_FACTS: Final = (
    "SELECT DISTINCT a.asset_id, f.id, f.source, f.outcome, "  # our own words
    f"COALESCE(f.answered_at, f.asked_at), f.origin {_SAME} WHERE a.asset_id IN {{values}}"
)
_COVERS: Final = (
    "SELECT fact_id, starts_on, ends_on, covers_hardware FROM cover_entitlements "
    "WHERE fact_id IN {values} ORDER BY fact_id, number"
)

_Cover = tuple[str | None, str | None, bool | None]


class _Word(NamedTuple):
    """What a source says of a device."""

    source: str
    outcome: str
    at_us: int
    origin: str
    covers: tuple[_Cover, ...]


class Standing(NamedTuple):
    """How a device stands.

    Attributes:
        number: The desk's own number of the asset record; below 0 that of a device without one.
        source_id: Where the asset record comes from.
        company_ref: The vendor's id of the client.
        state: How it stands.
        until: The last covered day; ``None`` = nobody can tell.
        row: Its line, where that was made anyway.
    """

    number: int
    source_id: int | None
    company_ref: str | None
    state: CoverState
    until: date | None
    row: CoverRow | None = None

    def ends_within(self, day: date, days: int) -> bool:
        """Whether its cover holds on a day and ends at most so many days later."""
        return self.state is CoverState.COVERED and self.until is not None and (self.until - day).days <= days

    def place(self, *, falls: bool) -> tuple[bool, int, int]:
        """Return what it is ordered by."""
        return place_of(self.until, self.number, falls=falls)


def place_of(until: date | None, number: int, *, falls: bool) -> tuple[bool, int, int]:
    """Return what a device is ordered by: the last covered day, what has none last, then its number.

    Args:
        until: The last covered day.
        number: The number of the device.
        falls: Whether the latest day comes first.
    """
    day = 0 if until is None else until.toordinal()
    return until is None, -day if falls else day, number


def standings(tx: Tx, chosen: AssetFilter, day: date) -> Iterator[Standing]:
    """Yield how devices stand: assets, and without a filter also devices that no asset record has.

    Args:
        tx: A read transaction.
        chosen: Which assets.
        day: The day to tell it for.
    """
    judge = _judge(day)
    assets = narrow_assets(tx, chosen)
    words = _words(tx, [row[0] for row in assets])
    for number, source_id, company_ref, serial, until, changed_us in assets:
        own = _Word(CoverSource.PSA, LookupOutcome.FOUND, changed_us, "", ((None, until, True),)) if until else None
        said = words.get(number, ())
        if believed := _believed(said if own is None else (*said, own)):
            state, last = judge(believed.source, believed.outcome, believed.covers)
        else:
            state, last = CoverState.NO_SERIAL if why_no_serial(serial) else CoverState.NOT_ASKED, None
        yield Standing(number, source_id, company_ref, state, last)
    if chosen.is_everything:
        lone = (one for one in devices_without_asset(tx) if _is_of(one.maker, chosen.manufacturer))
        for at, record in enumerate(lone, 1):
            row = row_of(record, day)
            yield Standing(-at, None, None, row.state, row.until, row)


def chosen_standings(
    tx: Tx, day: date, scope: Scope | None = None, *, company: tuple[str, ...] = (), manufacturer: tuple[str, ...] = ()
) -> Iterator[Standing]:
    """Yield how devices stand that the PSA does not call retired.

    Args:
        tx: A read transaction.
        day: The day to tell it for.
        scope: Only what it lets through.
        company: Only of these clients, by name or how it begins, or id.
        manufacturer: Only of these manufacturers, in any spelling, or their beginning.
    """
    chosen = AssetFilter(company=company, manufacturer=manufacturer, scope=scope, begins=True, retired=False)
    return standings(tx, chosen, day)


def rows_of(tx: Tx, chosen: AssetFilter, found: Sequence[Standing], day: date) -> Iterator[CoverRow]:
    """Yield the lines of devices, in the order of what was found.

    Args:
        tx: A read transaction.
        chosen: Which assets they were found among: of others nothing is told.
        found: How they stand.
        day: The day to tell it for.
    """
    for start in range(0, len(found), _AT_ONCE):
        several = found[start : start + _AT_ONCE]
        numbers = tuple(one.number for one in several if one.row is None)
        wanted = AssetFilter(scope=chosen.scope, numbers=numbers)
        records = asset_pages(tx, wanted, size=_AT_ONCE) if numbers else []
        rows = {record.asset_id: row_of(record, day) for record in records}
        yield from (row for one in several if (row := one.row or rows.get(one.number)) is not None)


def _is_of(maker: str | None, wanted: Collection[str]) -> bool:
    return not wanted or any(is_called(maker, one) for one in wanted)


def _words(tx: Tx, assets: Collection[int]) -> dict[int, list[_Word]]:
    facts = bulk.select_in(tx, _FACTS, None, assets)
    covers: dict[int, tuple[_Cover, ...]] = {}
    for fact_id, starts_on, ends_on, covers_hardware in bulk.select_in(tx, _COVERS, None, {row[1] for row in facts}):
        of_hardware = None if covers_hardware is None else bool(covers_hardware)
        covers[fact_id] = (*covers.get(fact_id, ()), (starts_on, ends_on, of_hardware))
    found: dict[int, list[_Word]] = defaultdict(list)
    for asset_id, fact_id, *word in facts:
        source, outcome, at_us, origin = word
        found[asset_id].append(_Word(source, outcome, at_us, origin, covers.get(fact_id, ())))
    return found


def _believed(words: Sequence[_Word]) -> _Word | None:
    """Return the word to believe, as :func:`servicedesk_core.domain.warranty.facts.best` does."""
    if len(words) < 2:  # noqa: PLR2004
        return words[0] if words else None
    return min(
        words, key=lambda one: (*_trust(one.source, one.outcome, tells=bool(one.covers)), -one.at_us, one.origin)
    )


@cache
def _trust(source: str, outcome: str, *, tells: bool) -> tuple[bool, int, int]:
    return trust(CoverSource(source), LookupOutcome(outcome), tells=tells)


def _judge(day: date) -> Callable[[str, str, tuple[_Cover, ...]], tuple[CoverState, date | None]]:
    """Return what tells how a device stands on a day by the word that is believed; of thousands many say the same."""

    @cache
    def judged(source: str, outcome: str, covers: tuple[_Cover, ...]) -> tuple[CoverState, date | None]:
        fact = CoverFact.model_construct(
            source=CoverSource(source),
            origin="",
            outcome=LookupOutcome(outcome),
            entitlements=tuple(_entitlement(*one) for one in covers),
            asked_at=from_us(0),
        )
        return fact.state_on(day), fact.until(day)

    return judged


def _entitlement(starts_on: str | None, ends_on: str | None, covers_hardware: Any) -> Entitlement:
    return Entitlement.model_construct(
        kind=EntitlementKind.OTHER,
        starts_on=None if starts_on is None else date.fromisoformat(starts_on),
        ends_on=None if ends_on is None else date.fromisoformat(ends_on),
        covers_hardware=covers_hardware,
    )
