"""The service page: what is wrong first, then what was promised, what is kept up, and by whom."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain import Priority
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import (
    Block,
    Counted,
    Counts,
    Figure,
    Figures,
    Looking,
    Manner,
    Opens,
    PeopleSight,
    Sentence,
    Table,
    Told,
    Verdict,
    dashboard,
)
from servicedesk_core.features.alerts import Alerts, open_alerts
from servicedesk_core.features.attention import AttentionQueries, Reason
from servicedesk_core.features.contact import ContactQueries
from servicedesk_core.features.desks.now.queries import NowLists, team
from servicedesk_core.features.desks.rules import verdict
from servicedesk_core.features.desks.tables import Day
from servicedesk_core.features.incidents import IncidentQueries
from servicedesk_core.features.kpi import KPIS, KpiLists
from servicedesk_core.features.shiftlog import ShiftLogQueries
from servicedesk_core.features.sla import Past, Stand
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, TicketQueries, count
from servicedesk_core.features.writes import WriteQueries
from servicedesk_core.store import outbox
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Sight

_ROWS: Final = 12
_OF_PEOPLE: Final = frozenset(one.name for one in KPIS if one.of_people)
_ON_THE_WAY: Final = {
    WriteState.PROPOSED: "wait for approval",
    WriteState.QUEUED: "are approved, and not sent yet",
    WriteState.IN_DOUBT: "in doubt: the vendor may have them",
    WriteState.REJECTED: "refused by the vendor",
    WriteState.PARTLY_APPLIED: "applied in part",
}
_REASONS: Final = {
    Reason.EMERGENCY: "emergencies that nobody has touched",
    Reason.LATE_URGENT: "P1 or P2, and late",
    Reason.CLIENT_REPLIED: "clients without an answer",
    Reason.PROMISE_BROKEN: "promises to clients that were broken",
    Reason.BLACK_HOLE: "nobody's turn: the black hole",
    Reason.LATE: "others that are late",
    Reason.DUE_SOON: "due within 4 hours",
    Reason.NO_COVER: "without cover: who has it is away",
    Reason.UNASSIGNED: "past triage, and nobody has it",
    Reason.WAITING_TOO_LONG: "waited for too long",
    Reason.HOLD_OVER: "parked until a date that has passed",
    Reason.UNSCHEDULED: "need an appointment",
}
_WRONG: Final = (WriteState.IN_DOUBT, WriteState.REJECTED, WriteState.PARTLY_APPLIED)


def _writes(looking: Looking) -> dict[WriteState, int]:
    own = None if looking.scope is None else own_writes(looking.tx, Sight(looking.tx, looking.scope))
    return outbox.by_state(looking.tx, _ON_THE_WAY, own)


def _verdict(looking: Looking) -> Told:
    day = looking.once(Day)
    missed = sum(one.verdict is Verdict.MISSED for one in day.figures)
    late = sum(many for (_, stand), many in looking.once(Day).stands.items() if stand is Stand.LATE)
    emergencies, goals = day.reasons[Reason.EMERGENCY], f"of {len(day.figures)} goals missed"
    counts = (
        (missed, goals, goals, looking.opens(KpiLists.now, missed=True)),
        (late, "promise late", "promises late", looking.opens(Past.clocks, stand=(Stand.LATE,))),
        (
            emergencies,
            "emergency that nobody has touched",
            "emergencies that nobody has touched",
            looking.opens(AttentionQueries.list, reason=Reason.EMERGENCY),
        ),
    )
    return verdict(counts, day.read_at, day.at, is_stale=day.is_stale)


def _reasons(looking: Looking) -> Iterator[Counted]:
    day = looking.once(Day)
    for reason, many in sorted(day.reasons.items(), key=lambda one: one[0].rank):
        opens = looking.opens(AttentionQueries.list, reason=reason)
        is_bad = reason.rank <= Reason.LATE.rank and not day.is_stale
        yield Counted(_REASONS[reason], many, opens, is_bad=is_bad)


def _since(looking: Looking) -> Iterator[Counted]:
    day = looking.once(Day)
    asked: dict[str, dict[str, Any]] = {"new": {"created_since": day.last_working_day}}
    if not day.chosen.priority:
        asked["emergencies"] = asked["new"] | {"priority": (Priority.P1.value,)}
    asked["reopened"] = {"reopened_since": day.last_working_day}
    for label, given in asked.items():
        opens = looking.opens(TicketQueries.list, everything=True, **given)
        known = day.sums.reopened(day.last_working_day) if day.sums is not None and label == "reopened" else None
        meant = replace(TicketFilter.of(day.chosen, everything=True), **given)
        many = count(looking.tx, meant, scope=looking.scope, at=day.at) if known is None else known
        yield Counted(label, many, opens)


def _clocks(looking: Looking) -> Iterator[Counted]:
    is_stale = looking.once(Day).is_stale
    for (clock, stand), many in looking.once(Day).stands.items():
        if stand in _SHARES:
            opens = looking.opens(Past.clocks, stand=(stand,), clock=clock)
            is_bad = stand is Stand.LATE and bool(many) and not is_stale
            yield Counted(_SHARES[stand], many, opens, clock, is_bad=is_bad)


_SHARES: Final = {
    Stand.LATE: "late",
    Stand.OVER_95: "over 95 %",
    Stand.TO_95: "86 to 95 %",
    Stand.TO_85: "76 to 85 %",
    Stand.TO_75: "50 to 75 %",
    Stand.FINE: "fine",
    Stand.PAUSED: "paused",
}


def _faults(looking: Looking) -> Iterator[Counted]:
    """Yield what is wrong with the desk itself."""
    if looking.desk.may(Capability.WRITES_READ):
        for state in _WRONG:
            if many := looking.once(_writes).get(state, 0):
                yield Counted(
                    f"writes {_ON_THE_WAY[state]}", many, Opens.of(WriteQueries.list, states=(state,)), is_bad=True
                )
    if looking.desk.may(Capability.DESK_READ) and looking.scope is None and (alerts := len(open_alerts(looking.tx))):
        label = "alerts, such as a sync that fails or a figure beyond its limit"
        yield Counted(label, alerts, Opens.of(Alerts.list), is_bad=True)


def _records(figure: Figure, looking: Looking) -> Opens | None:
    sees = PeopleSight.of(looking.desk, looking.scope).is_whole("instant")
    if figure.name in _OF_PEOPLE and not sees:  # the list would tell them of nobody but themselves
        return None
    return looking.opens(KpiLists.records, name=figure.name)


def _approvals(looking: Looking) -> Iterator[Counted]:
    for state, label in _ON_THE_WAY.items():
        many = looking.once(_writes).get(state, 0)
        yield Counted(
            f"writes {label}", many, Opens.of(WriteQueries.list, states=(state,)), is_bad=state in _WRONG and many > 0
        )


def _blocks() -> tuple[Block, ...]:
    return (
        Sentence("Now", _verdict),
        Table(
            "Needs somebody", AttentionQueries.list, {"limit": _ROWS},
            lambda looking: looking.once(Day).gravest,
        ),
        Counts("Needs somebody, by reason", _reasons),
        Table("Major incidents", IncidentQueries.list, {"limit": _ROWS}),
        Table("Promised to clients", ContactQueries.promises, {"limit": _ROWS}),
        Table("Clients who hear from nobody", ContactQueries.unheard, {"limit": _ROWS}),
        Table("Shift log", ShiftLogQueries.list, {"limit": _ROWS}),
        Counts("Wrong with the desk itself, and alerts", _faults),
        Counts("Since the last working day ended", _since),
        Counts("Promises by the share of their time that is used", _clocks),
        Figures("Goals", lambda looking: looking.once(Day).judged, records=_records,
            courses=lambda looking: looking.once(Day).courses),
        Table("Team", NowLists.team, {"limit": 100},
            team),
        Table("Next 4 hours", NowLists.next, {"limit": 100}, lambda looking: looking.once(Day).coming),
        Counts("Approvals and doubts", _approvals, Capability.WRITES_READ),
    )  # fmt: skip


class ServicePage(NowLists[Manner]):
    """The service page."""

    service = dashboard(
        "desks.service",
        "Service",
        _blocks(),
        about="Show what needs somebody first, then how promises stand, what is kept up, and who is there.",
        filters=TicketChoice,
    )  # fmt: skip
