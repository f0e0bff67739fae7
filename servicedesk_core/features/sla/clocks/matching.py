"""Which promise holds for a ticket at an instant."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import duration_us, micros
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.domain.status import DONE
from servicedesk_core.features.sla.clocks.model import DELETED
from servicedesk_core.features.sla.clocks.policies import Clock, Conditions, Policy, PolicySet, Targets

CLOCKS: Final = tuple(Clock)
_FIELDS: Final = {"company": "company_ref", "contract": "contract_ref", "site": "site_ref", "queue": "queue_ref"}
"""Fields of events behind conditions that are called otherwise."""

FACTS: Final = tuple(_FIELDS.get(name, name) for name in Conditions.model_fields)
"""What policies ask of a ticket, as events name it."""

_NO_POLICY: Final = Policy(name="none")


class Regime(NamedTuple):
    """A promise, in the form in which it is computed.

    Attributes:
        policy: The policy; of a ticket that has none, one that promises nothing.
        policies: The version that it is of; ``None`` when none was in force.
        calendar: The calendar, in all its versions.
        targets_us: The targets of all clocks, in their order.
        halting: For each clock, statuses in which it stands still.
        triaged_with: Facts that a triaged ticket must have.
    """

    policy: Policy
    policies: PolicySet | None
    calendar: CalendarVersions
    targets_us: tuple[int | None, ...]
    halting: tuple[frozenset[str], ...]
    triaged_with: tuple[str, ...]

    def promises(self, clock: int) -> tuple[object, ...]:
        """Return what it promises about one clock, to be compared."""
        return self.targets_us[clock], self.calendar.name, self.halting[clock]


class Terms(NamedTuple):
    """What holds for tickets whose clocks begin at an instant.

    Attributes:
        policies: The version of the policies; ``None`` when none is in force.
        regions: Names of calendars by the region whose tickets they are for.
    """

    policies: PolicySet | None
    regions: Mapping[str, str]


class Book:
    """All versions of policies and calendars.

    Args:
        policies: Versions of the policies.
        calendars: Calendars; those with one name are versions of it. Of two that name a region at an instant it is that
            of the first.
        ended_at: Instants from which on nothing is promised, until the next version of the policies.
        removed: Names of calendars that were removed, and when: from then on, until its next version, it is no
            region's. Whoever names it keeps it.

    Raises:
        ValueError: A policy names a calendar that is missing, or two versions begin at one instant.
    """

    def __init__(
        self,
        policies: Iterable[PolicySet],
        calendars: Iterable[Calendar],
        ended_at: Iterable[datetime] = (),
        removed: Iterable[tuple[str, datetime]] = (),
    ) -> None:
        self._sets = sorted(policies, key=_since)
        held = [*((_since(one), one) for one in self._sets), *((micros(at), None) for at in ended_at)]
        held.sort(key=itemgetter(0))
        self._held_since = [since for since, _ in held]
        calendars_by_name: dict[str, list[Calendar]] = {}
        for calendar in sorted(calendars, key=_since):
            calendars_by_name.setdefault(calendar.name, []).append(calendar)
        since = {name: [_since(one) for one in versions] for name, versions in calendars_by_name.items()}
        self._check(since)
        self.calendars = {name: CalendarVersions(versions, since[name]) for name, versions in calendars_by_name.items()}
        placed = [(_since(one), one.name, one.regions) for each in calendars_by_name.values() for one in each]
        placed += [(micros(at), name, ()) for name, at in removed]
        self._terms = [*_terms(held, placed)]
        self._terms_since = [since for since, _ in self._terms]
        by_region = any(regions for _, _, regions in placed)
        self._key = itemgetter(*_asked(self._sets, by_region=by_region))  # no more of it: there are as many as tickets
        self._by_facts: dict[tuple[Any, ...], Regime] = {}
        self._regimes: dict[tuple[Any, ...], Regime] = {}
        self.turns: list[int] = sorted({_since(one) for one in self._sets if one.reapply} - {_SINCE_EVER})
        """Instants at which what holds for a ticket may change though nothing happens to it."""

    def in_force(self, at_us: int) -> Terms:
        """Return what holds for a ticket that is created at an instant."""
        return self._terms[bisect_right(self._terms_since, at_us) - 1][1]

    def reapplied(self, at_us: int) -> Terms | None:
        """Return what from exactly this instant on holds for open clocks too."""
        found = self.in_force(at_us)
        policies = found.policies
        return found if policies is not None and policies.reapply and _since(policies) == at_us else None

    def regime(self, terms: Terms, facts: Mapping[str, Any]) -> Regime:
        """Return the promise of a ticket.

        Args:
            terms: What it is under.
            facts: What is known of it; every name of ``FACTS``, and ``calendar``.

        Raises:
            ValueError: The ticket has a calendar that is missing.
        """
        key = (id(terms), self._key(facts))
        found = self._by_facts.get(key)
        if found is None:
            self._by_facts[key] = found = self._matched(terms, facts)
        return found

    def _matched(self, terms: Terms, facts: Mapping[str, Any]) -> Regime:
        policies = terms.policies
        asked = {name: facts[_FIELDS.get(name, name)] for name in Conditions.model_fields}
        policy = next(one for one in policies.policies if one.when.hold(asked)) if policies else _NO_POLICY
        targets = policy.of(asked["priority"])
        name = targets.calendar or policy.calendar or facts["calendar"] or terms.regions.get(facts["region"])
        name = name or (policies and policies.calendar)
        name = name or next(iter(self.calendars))  # without a policy nothing was promised, and any will do
        if name not in self.calendars:
            msg = f'A ticket has the calendar "{name}", which is missing; there are: {", ".join(self.calendars)}.'
            raise ValueError(msg)
        # Tickets that are promised the same share one object: a move that changes no promise is none.
        key = (id(policies), policy.name, id(targets), name)
        if key not in self._regimes:
            self._regimes[key] = _regime(policy, policies, targets, self.calendars[name])
        return self._regimes[key]

    def _check(self, calendars_since: Mapping[str, list[int]]) -> None:
        problems = [] if calendars_since else ["there is no calendar"]
        named = {one.calendar for one in self._sets}
        for policy in (policy for one in self._sets for policy in one.policies):
            named |= {
                policy.calendar or "",
                *(row.calendar or "" for row in (policy.otherwise, *policy.targets.values())),
            }
        problems += [f'the calendar "{name}" is missing' for name in sorted(named - {"", *calendars_since})]
        versions = {"the policies": self._held_since}
        versions |= {f'the calendar "{name}"': since for name, since in calendars_since.items()}
        problems += [
            f"two versions of {what} begin at one instant; give them different effective_from"
            for what, since in versions.items()
            if len(set(since)) < len(since)
        ]
        if problems:
            raise ValueError("; ".join(problems))


def _regime(policy: Policy, policies: PolicySet | None, targets: Targets, calendar: CalendarVersions) -> Regime:
    durations = (targets.triage, targets.engagement, targets.completion)
    pausing = ({status for status, clocks in policy.pauses.items() if clock in clocks} for clock in CLOCKS)
    return Regime(
        policy=policy,
        policies=policies,
        calendar=calendar,
        targets_us=tuple(None if one is None else duration_us(one) for one in durations),
        halting=tuple(_HALTED | paused for paused in pausing),
        triaged_with=tuple(_FIELDS.get(one, one) for one in policy.triaged_with),
    )


_HALTED: Final = frozenset({*DONE, DELETED})
_SINCE_EVER: Final = -(2**63)


def _terms(
    held: Iterable[tuple[int, PolicySet | None]], placed: Iterable[tuple[int, str, tuple[str, ...]]]
) -> Iterator[tuple[int, Terms]]:
    """Yield what holds, and from when on, earliest first and since ever.

    Args:
        held: Versions of the policies, earliest first.
        placed: Calendars with their regions, those that were said first before others.
    """
    held, placed = [*held], sorted(placed, key=itemgetter(0))
    for since in sorted({_SINCE_EVER, *(at for at, *_ in held), *(at for at, *_ in placed)}):
        policies = next((one for at, one in reversed(held) if at <= since), None)
        regions = {name: own for at, name, own in placed if at <= since}
        # A calendar that takes a region over may hold since ever: before that the region was that of the other one.
        named = reversed([(region, name) for name, own in regions.items() for region in own])
        yield since, Terms(policies, dict(named))


def _asked(sets: Iterable[PolicySet], *, by_region: bool) -> tuple[str, ...]:
    """Return the facts that decide which promise holds."""
    when = {name for one in sets for policy in one.policies for name, words in policy.when if words}
    region = ("region",) if by_region else ()
    return ("calendar", "priority", *region, *(_FIELDS.get(name, name) for name in sorted(when)))


def _since(version: PolicySet | Calendar) -> int:
    return _SINCE_EVER if version.effective_from is None else micros(version.effective_from)
