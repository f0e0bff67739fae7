"""What is shown of clocks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Excluded:
    """Tickets or clocks that are in no figure."""

    reason: Annotated[str, Column("Why.")]
    count: Annotated[int, Column("How many.")]


@dataclass(frozen=True, slots=True)
class Basis:
    """What figures of clocks rest on."""

    as_of: Annotated[datetime, Column("The instant for which they are true.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    definitions: Annotated[int, Column("The version of the definitions that clocks are judged under; 0 = none is.")]
    is_behind: Annotated[bool, Column('Whether something is not judged yet: "servicedesk sla evaluate" does it.')]
    judged_at: Annotated[datetime | None, Column("When they were last judged.")]


@dataclass(frozen=True, slots=True)
class ClockCounts:
    """Clocks of one kind on open tickets."""

    clock: Annotated[str, Column("Which promise.")]
    pending: Annotated[int, Column("Begin with triage, which is to come.", spare=1)]
    under_half: Annotated[int, Column("Run, with less than half of their target used.", "< 50 %")]
    over_half: Annotated[int, Column("Run, with half of it or more used, and less than three quarters.", "< 75 %")]
    over_three_quarters: Annotated[int, Column("Run, with three quarters or more used.", "To 100 %")]
    late: Annotated[int, Column("Are late, and not fulfilled.")]
    paused: Annotated[int, Column("Stand still, and are not late.")]
    unknown: Annotated[int, Column("Cannot be judged: not everything that happened is known.")]
    without_target: Annotated[int, Column("Nothing was promised.", "No target", spare=2)]


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """Clocks of open tickets, by state and share used."""

    clocks: Annotated[tuple[ClockCounts, ...], Column("One row for each promise.")]
    basis: Annotated[Basis, Column("What the figures rest on.")]
    tickets: Annotated[int, Column("Open tickets that were judged.")]
    excluded: Annotated[tuple[Excluded, ...], Column("Open tickets that were not, or not wholly, by reason.")]
