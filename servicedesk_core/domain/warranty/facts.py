"""What is believed about a device's cover when several sources speak, and when to ask again."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.domain.warranty.coverage import Entitlement, EntitlementResult, LookupOutcome, covered_on
from servicedesk_core.domain.warranty.spans import covered_until, hardware_end


class CoverSource(StrEnum):
    """Whose word a fact is, the most trustworthy first."""

    MAKER = "maker"
    DISTRIBUTOR = "distributor"
    PSA = "psa"
    RMM = "rmm"
    PROJECT = "project"
    SPREADSHEET = "spreadsheet"

    @property
    def rank(self) -> int:
        """Place in the order of trust; 0 is the best."""
        return _RANKS[self]


OF_WHOLE_DEVICES = frozenset({CoverSource.MAKER, CoverSource.DISTRIBUTOR})
"""Sources that list all there is for a device: when they know it and list nothing, nothing is there."""

_RANKS = {source: rank for rank, source in enumerate(CoverSource)}


class CoverState(StrEnum):
    """How a device stands on a day, in the words of the lists."""

    COVERED = "covered"
    EXPIRED = "expired"
    UPCOMING = "upcoming"
    NO_HARDWARE_COVER = "no_hardware_cover"
    UNKNOWN = "unknown"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    DENIED = "denied"
    ERROR = "error"
    NO_SERIAL = "no_serial"
    NOT_RECOGNISED = "not_recognised"
    NOT_ASKED = "not_asked"


_WITHOUT_COVERS = {
    LookupOutcome.FOUND: CoverState.UNKNOWN,
    LookupOutcome.NOT_FOUND: CoverState.NOT_FOUND,
    LookupOutcome.AMBIGUOUS: CoverState.AMBIGUOUS,
    LookupOutcome.DENIED: CoverState.DENIED,
    LookupOutcome.FAILED: CoverState.ERROR,
}


SAID_ONCE = ("product", "shipped_on", "purchased_on", "supported_until")
"""What stays known of a device when a later answer is silent about it."""


class CoverFact(Model):
    """What one source says about one device.

    ``origin`` is the connection, or what stands in for one. ``outcome`` is that of the last time it was asked, at
    ``asked_at``; the covers are those of the last time it knew the device, at ``answered_at``: a source that is out of
    order takes nothing away from what it said before. ``supported_until`` is the last day on which the maker supports
    the product at all.
    """

    source: CoverSource
    origin: str
    outcome: LookupOutcome
    entitlements: tuple[Entitlement, ...] = ()
    supply: tuple[str, ...] = ()
    reason: str | None = None
    product: str | None = None
    shipped_on: date | None = None
    purchased_on: date | None = None
    supported_until: date | None = None
    asked_at: Instant
    answered_at: Instant | None = None

    @classmethod
    def of(cls, result: EntitlementResult, *, source: CoverSource, origin: str, at: datetime) -> Self:
        """Return an answer as a fact, as if nothing had been known before.

        Args:
            result: The answer.
            source: Whose word it is.
            origin: Name of the connection, or what stands in for one.
            at: When it was given.
        """
        return cls(
            source=source,
            origin=origin,
            outcome=result.outcome,
            entitlements=result.entitlements,
            supply=result.supply,
            reason=result.reason,
            product=result.product,
            shipped_on=result.shipped_on,
            purchased_on=result.purchased_on,
            supported_until=result.supported_until,
            asked_at=at,
            answered_at=at if result.outcome is LookupOutcome.FOUND else None,
        )

    def after(self, before: Self | None) -> Self:
        """Return what the source says by now: what it does not say any more takes nothing away that it said before.

        Only covers are replaced as a whole, by an answer that knows the device.

        Args:
            before: What it said until then.
        """
        if before is None:
            return self
        if self.outcome is LookupOutcome.FOUND:
            said = {name: getattr(before, name) for name in SAID_ONCE if getattr(self, name) is None}
            return self.model_copy(update=said) if said else self
        asked = {name: getattr(self, name) for name in ("source", "outcome", "supply", "reason", "asked_at")}
        return before.model_copy(update=asked)

    def state_on(self, day: date) -> CoverState:
        """Return how the device stands on a day, as far as this source tells."""
        if not self.entitlements:
            if self.outcome is LookupOutcome.FOUND and self.source in OF_WHOLE_DEVICES:
                return CoverState.NO_HARDWARE_COVER
            return _WITHOUT_COVERS[self.outcome]
        covered = covered_on(self.entitlements, day)
        if covered is None:
            return CoverState.UNKNOWN
        if covered:
            return CoverState.COVERED
        if all(one.covers_hardware is False for one in self.entitlements):
            return CoverState.NO_HARDWARE_COVER
        end = hardware_end(self.entitlements)
        return CoverState.UPCOMING if end is not None and end >= day else CoverState.EXPIRED

    def until(self, day: date) -> date | None:
        """Return the last day of the cover: of the unbroken one that holds, else of the last one.

        ``None`` when nobody can tell whether a cover holds: the end of another one would be read as its end.
        """
        if self.state_on(day) is CoverState.UNKNOWN:
            return None
        return covered_until(self.entitlements, day) or hardware_end(self.entitlements)


BY_KNOWLEDGE = tuple(LookupOutcome[name] for name in ("FOUND", "AMBIGUOUS", "DENIED", "FAILED", "NOT_FOUND"))
"""Outcomes without covers, the one that knows most of a device first."""


def best(facts: Iterable[CoverFact]) -> CoverFact | None:
    """Return the fact to believe: one with covers before one without, then the better source, then the newer answer.

    A maker's expired cover beats a later date in a spreadsheet: precedence is by source, never by date. Of sources that
    tell no cover one that knows the device comes first and one that does not last: a serial number may be asked for at
    several makers.

    Args:
        facts: What is known of one device.
    """
    return min(
        facts,
        key=lambda fact: (
            *trust(fact.source, fact.outcome, tells=bool(fact.entitlements)),
            -(fact.answered_at or fact.asked_at).timestamp(),
            fact.origin,
        ),
        default=None,
    )


def trust(source: CoverSource, outcome: LookupOutcome, *, tells: bool) -> tuple[bool, int, int]:
    """Return how much a source is believed before its age counts; the smallest comes first.

    Args:
        source: Whose word it is.
        outcome: What it came to.
        tells: Whether it tells any cover.
    """
    return not tells, source.rank, 0 if tells else BY_KNOWLEDGE.index(outcome)


_FAILED_AGAIN = timedelta(0)
_OTHERWISE_AGAIN = {
    LookupOutcome.FAILED: _FAILED_AGAIN,
    LookupOutcome.DENIED: timedelta(days=1),
    LookupOutcome.AMBIGUOUS: timedelta(days=7),
    LookupOutcome.NOT_FOUND: timedelta(days=7),
}
_SHORTEST, _LONGEST = timedelta(days=7), timedelta(days=90)
_EXPIRED_AGAIN = timedelta(days=30)


def good_for(fact: CoverFact, day: date) -> timedelta:
    """Return how long an answer needs no second asking: the longer, the further away the end of the cover.

    A quarter of the remaining days, at least a week and at most three months; an expired cover may have been renewed
    and is good for a month, an error for no time at all.

    Args:
        fact: The answer.
        day: Today.
    """
    if fact.outcome is not LookupOutcome.FOUND:
        return _OTHERWISE_AGAIN[fact.outcome]
    end = fact.until(day)
    if end is None:
        return _SHORTEST
    if end < day:
        return _EXPIRED_AGAIN
    return min(max((end - day) / 4, _SHORTEST), _LONGEST)


def is_fresh(fact: CoverFact, now: datetime, max_age: timedelta | None = None) -> bool:
    """Return whether a source need not be asked again.

    Args:
        fact: Its last answer.
        now: The current instant.
        max_age: Oldest answer that is good enough; ``None`` = as :func:`good_for` says. An error is never fresh.
    """
    if fact.outcome is LookupOutcome.FAILED:
        return False
    limit = good_for(fact, now.date()) if max_age is None else max_age
    return now - fact.asked_at < limit
