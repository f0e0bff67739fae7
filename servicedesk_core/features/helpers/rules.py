"""Whom a call for help goes to. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from servicedesk_core.config.people import Colleague
from servicedesk_core.features.assign import LATE, Bench, Wanted

_BUSY: Final = "has no free time before the call ends"


def eligible(
    bench: Bench, wanted: Wanted, until: datetime, without: Collection[str], *, tells_absences: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who could help, the best first, and who could not, with why.

    The gates and the order are those of assignment; what has to begin by then is the help.

    Args:
        bench: Everybody.
        wanted: What the ticket requires.
        until: Until when help is wanted.
        without: The vendor's ids of who is on it already.
        tells_absences: Whether whoever looks may know who is out.
    """
    ranking = bench.ranking(replace(wanted, demand=replace(wanted.demand, due_at=until)))
    late = [] if not ranking.is_at_risk else [one.who for one in ranking.ranked]
    can = [] if ranking.is_at_risk else [one.who for one in ranking.ranked]
    refused = [(one.who, one.said(tells_absences=tells_absences)) for one in ranking.refused]
    refused += [(who, (LATE,)) for who in late]
    return (
        tuple(who.id for who in can if who.id not in without),
        tuple(
            f"{who.called}: {', '.join(_BUSY if one == LATE else one for one in why)}"
            for who, why in refused
            if who.id not in without
        ),
    )


def person_at(people: Mapping[str, Colleague], connection: str, ref: str, seen: Mapping[str, str | None]) -> str | None:
    """Return who in the list of people a technician is; ``None`` = nobody, or one who must not see the ticket.

    Args:
        people: The people of the desk.
        connection: The technician's connection.
        ref: The vendor's id of the technician.
        seen: The ticket's client and queue, by the names of a person's limits.
    """
    for name, one in people.items():
        if one.technician == ref and one.connection in {"", connection}:
            limits = {"companies": one.companies, "queues": one.queues}
            return name if all(not own or seen[what] in own for what, own in limits.items()) else None
    return None
