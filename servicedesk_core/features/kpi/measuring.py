"""Measuring many figures of one period in one transaction, each against its goal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import KpiError, NotFoundLocallyError, ServiceDeskError, SettingsError
from servicedesk_core.faces import EVERYBODY, Capability, Case, Feature, Figure, Kpi, Measure, PeopleSight, Period, Sum
from servicedesk_core.faces.kpi import measured, number, only_reads, unmeasurable, withheld
from servicedesk_core.faces.sight import PERSON
from servicedesk_core.features.attention import NOBODY
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.cases.measures import FromFacts
from servicedesk_core.features.kpi.catalogue.now import NO_CLOCKS, Now
from servicedesk_core.features.kpi.goals import GOALS, GoalProfile, Wanted, against, deciding, in_order, wanted
from servicedesk_core.features.kpi.model import Adjustment
from servicedesk_core.features.kpi.now.coordinator import OpenDesk
from servicedesk_core.features.kpi.now.opened import open_desk
from servicedesk_core.features.kpi.now.past import Went
from servicedesk_core.features.kpi.tables.accounts import months_in
from servicedesk_core.features.kpi.tables.among import Among
from servicedesk_core.features.kpi.tables.closing import Closed, cases_of, closed, figures_of
from servicedesk_core.features.kpi.tables.facts import StoredFacts
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.features.profit import Month
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, TicketRow, ticket_page
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded

_ALL: Final = 10_000_000
_NOTHING: Final = Measure(None, 0)


class Measuring:
    """Figures of one period; what they are measured from is read once.

    Args:
        tx: A transaction.
        period: The period.
        profile: Whose goals count; ``None`` = everybody's.
        scope: Only what it lets through.
        may: Says what whoever asks may do.
        people: The people of the desk: they say whom a name in the rota means.
        sight: What whoever asks sees of people.
        among: Only records of these tickets; ``None`` = all.

    Raises:
        SettingsError: There is no such profile.
    """

    def __init__(
        self,
        tx: Tx,
        period: Period,
        profile: str | None = None,
        scope: Scope | None = None,
        may: Callable[[Capability], bool] = only_reads,
        *,
        people: Mapping[str, Colleague] = NOBODY,
        sight: PeopleSight = EVERYBODY,
        among: TicketChoice | None = None,
    ) -> None:
        self._tx, self.period, self._scope, self._may, self._people = tx, period, scope, may, people
        self._sight, self._chosen = sight, None if among == TicketChoice() else among
        self.profiles = self._profiles(profile)

    @cached_property
    def _facts(self) -> StoredFacts:
        return StoredFacts(self._tx, self.period, self._scope, people=self._people)

    @cached_property
    def _open(self) -> OpenDesk:
        at, zone, among = self.period.now, self.period.zone, self._chosen
        return open_desk(self._tx, at, zone, self._scope, among=among, people=self._people)

    @cached_property
    def _among(self) -> Among | None:
        if self._chosen is None:
            return None
        return Among(Lookup(self._tx, self.period, self._scope, self._people), self._chosen)

    @cached_property
    def month(self) -> Month | None:
        """The closed month that the period is, as whoever sees all of the desk is shown it."""
        months = months_in(self.period) if self._scope is None else ()
        return months[0] if len(months) == 1 and months[0] in self._closed else None

    @property
    def closed_at(self) -> datetime | None:
        """When the month was closed; ``None`` = it is none that is."""
        return None if self.month is None else self._closed[self.month].at

    @cached_property
    def _closed(self) -> Mapping[Month, Closed]:
        return closed(self._tx)

    @cached_property
    def _kept(self) -> Mapping[str, Measure]:
        return {} if self.month is None else figures_of(self._tx, self.month)

    def has_kept(self, kpi: Kpi[Any]) -> bool:
        """Whether the period is a closed month that kept a figure."""
        return kpi.name in self._kept

    def shown(self, kpi: Kpi[Any]) -> Measure:
        """Return a figure as it was closed, else as it is measured, with the records behind it."""
        kept = self._kept.get(kpi.name)
        if kept is None or self.month is None:
            return self.measure(kpi)
        if self._among is not None:
            kept = self._among.narrowed(replace(kept, cases=cases_of(self._tx, self.month, kpi.name)))
        return withheld(kpi, self._may) or kept

    def opened(self, kpi: Kpi[Any]) -> Measure:
        """Return a figure with the records behind it: of a closed month those that it was closed with."""
        found = self.shown(kpi)
        if self.month is None or kpi.name not in self._kept or found.needs or self._among is not None:
            return found
        return replace(found, cases=cases_of(self._tx, self.month, kpi.name))

    def seen(self, kpi: Kpi[Any], found: Measure) -> Measure:
        """Return a figure without what its records tell of people whom whoever asks does not see."""
        return self._sight.told(found, kpi.over, of_people=kpi.of_people)

    def unseen(self, kpi: Kpi[Any], found: Measure) -> str:
        """Return why they are told nothing of people in a figure; empty = there is nothing that they do not see."""
        tells = kpi.of_people or PERSON in found.dimensions
        return self._sight.why(kpi.over) if tells and not self._sight.is_whole(kpi.over) else ""

    def adjusted(self, kpi: Kpi[Any], by: str | None = None) -> Iterator[Adjustment]:
        """Yield what would be another figure with what came after the month was closed.

        Args:
            kpi: The figure.
            by: Of what it is divided by; ``None`` = of the whole.
        """
        if kpi.name not in self._kept or withheld(kpi, self._may) is not None or self._among is not None:
            return
        kept = self.opened(kpi) if by == PERSON or kpi.of_people else self._kept[kpi.name]
        live = self.if_sound(kpi)
        if live is None:
            return  # what was kept holds, and nothing can be said of what came later
        then, now = ({None: kept}, {None: live}) if by is None else (self.seen(kpi, one).by(by) for one in (kept, live))
        for group in sorted({*then, *now}, key=lambda one: one or ""):
            before, after = then.get(group, _NOTHING), now.get(group, _NOTHING)
            if _counted(before) != _counted(after):
                yield Adjustment(
                    kpi.name,
                    kpi.title,
                    group if by is None else group or "none",
                    None if after.value is None else number(after.value),
                    kpi.unit,
                    number(Fraction(after.numerator) - Fraction(before.numerator)),
                    None
                    if after.denominator is before.denominator is None
                    else number(Fraction(after.denominator or 0) - Fraction(before.denominator or 0)),
                )

    def if_sound(self, kpi: Kpi[Any]) -> Measure | None:
        """Measure a figure; ``None`` = it cannot be measured, and what it broke of the transaction is undone."""
        try:
            with self._tx.begin_nested():
                return self.measure(kpi)
        except KpiError:
            return None

    def measure(self, kpi: Kpi[Any]) -> Measure:
        """Measure a figure, with the records behind it.

        Raises:
            KpiError: It cannot be measured.
        """
        with collecting_seldom:
            found = self.plain(kpi)
        is_now = isinstance(kpi.measure, Now)  # its tickets are those that are meant
        if found.cases or not isinstance(found.records, TicketFilter):
            return found if self._among is None or is_now else self._among.narrowed(found)
        rows = ticket_page(self._tx, found.records, limit=_ALL, scope=self._scope, at=self.period.last).items
        return Measure.of(map(_case, rows), Sum.TOTAL)

    def figure(
        self, kpi: Kpi[Any], found: Measure | None = None, group: str | None = None, region: str | None = None
    ) -> Figure:
        """Return a figure against its goal.

        Args:
            kpi: The figure.
            found: What was measured; ``None`` = it is measured now.
            group: What it is of.
            region: Where all of that lies; ``None`` = in several, or nobody said.
        """
        return against(self.goal(kpi, region), kpi, found or self.shown(kpi), group)

    def told(self, kpi: Kpi[Any]) -> Figure:
        """Return a figure against its goal; one that cannot be measured says so, and hides none of the others."""
        try:
            with self._tx.begin_nested():  # what it broke of the transaction is undone
                return self.figure(kpi)
        except KpiError as error:
            return self.figure(kpi, Measure.missing(f"to be mended by whoever wrote it. {error.message}"))

    def past(self, kpi: Kpi[Any], past: Went, group: str | None = None) -> Figure:
        """Return a coordinator's figure at the end of the period, and how long in it that was not what is wanted.

        Args:
            kpi: The figure.
            past: How the figures went.
            group: What it is of.
        """
        value = past.value(kpi.name, self.period.last)
        count = 0 if value is None else float(value)
        needs = "" if kpi.name in past.courses else NO_CLOCKS
        told = self.figure(kpi, Measure(value, count, sample=1, needs=needs), group)
        goal = self.goal(kpi)
        if goal is None:
            return told
        minutes = past.minutes_outside(kpi.name, goal.goal, self.period.start, self.period.end)
        return replace(told, minutes_outside=minutes)

    def wanted(self, kpi: Kpi[Any]) -> tuple[Wanted, ...]:
        """Return what each profile wants of a figure."""
        return wanted(kpi, self.profiles)

    def goal(self, kpi: Kpi[Any], region: str | None = None) -> Wanted | None:
        """Return what decides of a figure that is of a region, or of several."""
        return deciding(kpi, self.profiles, region)

    def plain(self, kpi: Kpi[Any]) -> Measure:
        """Measure a figure; where a filter says what stands behind it, without the records.

        Raises:
            KpiError: It cannot be measured.
        """
        if (refused := withheld(kpi, self._may)) is not None:
            return refused
        if isinstance(kpi.measure, FromFacts):
            try:
                return kpi.measure.of(self._facts)
            except ServiceDeskError:
                raise
            except Exception as error:  # cases may be those of anybody
                raise unmeasurable(kpi, error) from error
        if isinstance(kpi.measure, Now):
            return kpi.measure.of(self._open)
        among = None if self._chosen is None else TicketFilter.of(self._chosen)
        return measured(kpi, self._tx, self.period, among, self._scope, may=self._may)

    def _profiles(self, named: str | None) -> Sequence[GoalProfile]:
        known = in_order(in_force(self._tx, GOALS, self.period.last))
        if named is None:
            return known
        names = tuple(one.name for one in known)
        if named not in names:
            message = f'There is no goal profile "{named}".{did_you_mean(named, names)}'
            raise SettingsError(message, hint=f"There are: {', '.join(names)}.")
        return [one for one in known if one.name == named]


def kpi_named(features: Sequence[Feature], word: str) -> tuple[str, Kpi[Any]]:
    """Return the figure that is meant by its name, its number, or how its name begins, with its feature.

    Raises:
        NotFoundLocallyError: None is meant, or several.
    """
    known = [(feature.name, kpi) for feature in features for kpi in feature.figures]
    # Ours come first: nobody's figure takes the place of one.
    exact = [one for one in known if folded(word) in {folded(one[1].name), folded(one[1].code or one[1].name)}][:1]
    begun = exact or [one for one in known if folded(one[1].name).startswith(folded(word))]
    if len(begun) == 1:
        return begun[0]
    names = [kpi.name for _, kpi in begun or known]
    if begun:
        raise NotFoundLocallyError(f'"{word}" may be {" or ".join(names)}.', hint="Write more of it.")
    message = f'There is no figure "{word}".{did_you_mean(word, names)}'
    raise NotFoundLocallyError(message, hint='"servicedesk kpi list" lists them.')


def _counted(one: Measure) -> tuple[Any, ...]:
    return one.value, one.numerator, one.denominator, one.sample


def _case(row: TicketRow) -> Case:
    of = {
        "client": row.company,
        "technician": row.assignee,
        "queue": row.queue,
        "priority": row.priority,
    }
    return Case(row.ticket, of=of, connection=row.connection, person=row.assignee_ref or "")
