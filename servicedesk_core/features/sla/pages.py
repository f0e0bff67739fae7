"""How clocks look in a terminal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from servicedesk_core.faces import Terminal
from servicedesk_core.features.definitions import DefinitionVersion
from servicedesk_core.features.sla.clocks.policies import Outcome
from servicedesk_core.features.sla.model import (
    Attained,
    Attainment,
    Basis,
    ClockCounts,
    ClockStatus,
    Compared,
    Comparison,
    Excluded,
    Part,
    Summary,
    TechnicianClocks,
    TicketClock,
    TicketClocks,
    TicketExplained,
)
from servicedesk_core.features.sla.past.model import (
    Answered,
    AuditedPromise,
    ClockDecision,
    MissedClock,
    MissedClocks,
    QuarterAudit,
    Responses,
)
from servicedesk_core.wording import counted, hours, rounded

NO_POLICY: Final = (
    "There is no SLA policy yet. Write one into service/sla.toml, and the hours of your office into "
    "service/calendars.toml; servicedesk docs definitions says how. Then: servicedesk definitions apply --reason WHY"
)


def status(terminal: Terminal, found: ClockStatus) -> None:
    """Print how the clocks of open tickets stand."""
    if not rests(terminal, found.basis):
        return
    terminal.rows(ClockCounts, found.clocks)
    terminal.line(f"{counted(found.tickets, 'open ticket')} judged{_without(found.excluded)}")


def rests(terminal: Terminal, basis: Basis) -> bool:
    """Print what figures rest on, where that is not as it should be; return whether there are any."""
    if not basis.has_policy:
        terminal.line(NO_POLICY)
        return False
    if basis.is_behind:
        since = f", last at {terminal.plain(basis.judged_at)}" if basis.judged_at is not None else ""
        terminal.say(f"Not everything is judged yet{since}: servicedesk sla evaluate")
    return True


def _without(excluded: Iterable[Excluded]) -> str:
    told = _told(excluded)
    return f"; not judged, or not wholly: {told}." if told else "."


def clocks(terminal: Terminal, found: TicketClocks) -> None:
    """Print a list of clocks."""
    if rests(terminal, found.basis):
        terminal.rows(TicketClock, found.items, empty="There is no such promise on an open ticket.")
        _leave_out(terminal, "Open tickets not judged, or not wholly", found.excluded)


def attainment(terminal: Terminal, found: Attainment) -> None:
    """Print how many promises were kept."""
    if not rests(terminal, found.basis):
        return
    terminal.line(f"From {terminal.plain(found.since)} to {terminal.plain(found.until)}")
    terminal.rows(Attained, found.items, empty="No promise was decided in that time.")
    _unseen(terminal, found.unseen)
    _leave_out(terminal, "Tickets resolved then that do not count, or were not judged wholly", found.excluded)


def missed(terminal: Terminal, found: MissedClocks) -> None:
    """Print which promises were missed, and why."""
    if not rests(terminal, found.basis):
        return
    terminal.line(f"From {terminal.plain(found.since)} to {terminal.plain(found.until)}")
    terminal.rows(MissedClock, found.items, empty="There is no such promise.")
    _leave_out(terminal, "Missed then", found.by_reason)


def responded(terminal: Terminal, found: Responses) -> None:
    """Print how fast tickets were first answered."""
    hours_of = "" if found.calendar is None else f", in the hours of {found.calendar}"
    terminal.line(f"From {terminal.plain(found.since)} to {terminal.plain(found.until)}{hours_of}")
    nothing = "None that you see." if found.unseen else "No ticket was answered in that time, and none waits."
    terminal.rows(Answered, found.items, empty=nothing)
    whole = found.whole
    middle = "" if whole.median_s is None else f", half of them within {hours(whole.median_s)}"
    terminal.line(f"{counted(whole.answered, 'ticket')} answered{middle}; {whole.waiting:,} waiting.")
    _unseen(terminal, found.unseen)


def _unseen(terminal: Terminal, why: str) -> None:
    if why:
        terminal.line(why)


def quarter(terminal: Terminal, found: QuarterAudit) -> None:
    """Print what became of the promises of a quarter."""
    if not rests(terminal, found.basis):
        return
    terminal.line(f"{found.quarter}: from {terminal.plain(found.since)} to {terminal.plain(found.until)}")
    terminal.rows(AuditedPromise, found.items, empty="No promise was decided in that quarter.")
    if found.judged:
        missed, share = found.judged - found.kept, rounded(100 * found.kept / found.judged)
        terminal.line(
            f"{found.kept:,} of {counted(found.judged, 'promise')} kept, {share} %; {missed:,} missed, "
            f"{found.without_reason:,} of them without a reason."
        )
    terminal.line(f"{counted(found.decisions, 'decision')} about promises in it.")
    if found.versions:
        terminal.rows(DefinitionVersion, found.versions, title="Versions of the definitions that were applied in it")


def summary(terminal: Terminal, found: Summary) -> None:
    """Print how technicians stand."""
    if rests(terminal, found.basis):
        terminal.rows(TechnicianClocks, found.items, empty="There is no open ticket.")
        _leave_out(terminal, "Open tickets not judged, or not wholly", found.excluded)


def comparison(terminal: Terminal, found: Comparison) -> None:
    """Print where the vendor's clocks and ours differ."""
    if not rests(terminal, found.basis):
        return
    terminal.rows(Compared, found.items, empty="No clock differs from the vendor's.")
    terminal.line(f"{counted(found.compared, 'clock')} compared, {found.same:,} the same.")
    if found.by_reason:
        terminal.line(f"Different: {_told(found.by_reason)}; {found.other_verdicts:,} with another verdict.")
    _leave_out(terminal, "Tickets not judged, or not wholly", found.excluded)


def explained(terminal: Terminal, found: TicketExplained) -> None:
    """Print the clocks of a ticket with what each is made of."""
    if not found.has_policy:
        terminal.line(NO_POLICY)
        return
    terminal.facts([("Ticket", found.ticket), ("Title", found.title), ("As of", found.as_of)])
    terminal.facts([("History", found.history), ("Agreement at the vendor", found.agreement)])
    if not found.clocks:
        terminal.line("Nothing tells what happened to it, so no clock of it is judged.")
    for one in found.clocks:
        terminal.line()
        terminal.line(f"{one.clock.capitalize()}{f' of life {one.cycle}' if one.cycle > 1 else ''}: {one.outcome}")
        terminal.facts(
            [
                ("State", one.state),
                ("Why it does not count", one.reason),
                ("Decided", one.decided),
                ("Policy", _version(terminal, one.policy, one.policy_since)),
                ("Calendar", _version(terminal, one.calendar, one.calendar_since)),
                ("Target", None if one.target_s is None else hours(one.target_s)),
                ("Used", hours(one.elapsed_s)),
                ("Began", one.started_at),
                ("Ended", one.stopped_at),
                ("Due", one.due_at),
                ("Late since", one.breached_at),
                ("Why it was missed", one.missed_reason),
                ("Promised before", "; ".join(one.superseded) or None),
                ("Due by the vendor", one.their_due_at),
                ("Kept by the vendor", one.their_met),
                ("Why it differs", one.why),
            ]
        )
        if one.outcome != Outcome.NOT_APPLICABLE.value:  # what nobody promised used up no time
            terminal.rows(Part, one.parts)


def decision(terminal: Terminal, found: ClockDecision) -> None:
    """Print what a decision changes, or changed."""
    life = f" of life {found.cycle}" if found.cycle > 1 else ""
    terminal.facts(
        [
            ("Ticket", found.ticket),
            ("Title", found.title),
            ("Clock", f"{found.clock}{life}"),
            ("Decision", found.kind.replace("_", " ")),
            ("Why", found.reason),
            ("Due before", found.due_before),
            ("Due", found.due_at),
            ("Outcome before", found.outcome_before),
            ("Outcome", found.outcome),
        ]
    )


def _version(terminal: Terminal, name: str | None, since: datetime | None) -> str | None:
    return f"{name}, since {terminal.plain(since)}" if name is not None and since is not None else name


def _leave_out(terminal: Terminal, which: str, excluded: Iterable[Excluded]) -> None:
    if told := _told(excluded):
        terminal.line(f"{which}: {told}.")


def _told(counts: Iterable[Excluded]) -> str:
    return "; ".join(f"{one.count:,} {one.reason}" for one in counts)
