"""Giving tickets away without being asked, where the first is good enough and far enough ahead."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.features.assign.choosing import Choice, chosen, why
from servicedesk_core.features.assign.kinds import REQUIREMENTS, WEIGHING, Mode
from servicedesk_core.features.assign.rules import LEAST_GAP, LEAST_SCORE, Part
from servicedesk_core.features.assign.tables.kept import ROWS, Kept, is_here, put, rivals
from servicedesk_core.features.assign.tables.people import bench_of
from servicedesk_core.features.assign.tables.wanted import asked_of
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import is_unassigned, open_desk
from servicedesk_core.features.tickets import UPDATE, TicketRow, facts_now, facts_of, found, rows_by_id, update_of
from servicedesk_core.outbox.acting import Acted
from servicedesk_core.store import outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import RECORDS, assignments

_T = RECORDS["tickets"].c
NAME: Final = "assign.give"


class Given(NamedTuple):
    """A ticket that would be given away."""

    suggestion: Suggestion
    choice: Choice


def given(tx: Tx, desk: ConfiguredDesk, now: datetime) -> Iterator[Given]:
    """Yield the tickets whose rule says ``auto``, which nobody has, and whose first is certain; what is due next first.

    What somebody proposed to give away already is left to them.

    Args:
        tx: Any transaction.
        desk: The desk.
        now: The present instant.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    if not any(one.mode is Mode.AUTO for one in in_force(tx, WEIGHING, now)):
        return
    zone = ZoneInfo(desk.timezone)
    opened = open_desk(tx, now.astimezone(zone), zone, people=desk.roster)
    asked = asked_of(tx, opened, [one for one in opened.tickets if is_unassigned(one, opened)])
    bench = bench_of(tx, desk.roster, opened, zone)
    rows = rows_by_id(tx, [one.ticket.local_id for one in asked if one.mode is Mode.AUTO])
    others = {one.key for one in rivals(tx) if not (one.request_id or "").startswith(f"{NAME}:")}
    for one in asked:  # what a person is to decide counts too: they will
        choice = chosen(bench, one, tells_absences=True)
        row = rows.get(one.ticket.local_id)
        if row is None or (row.connection, row.external_id) in others:
            continue  # somebody proposed who shall have it
        if choice.taker is not None and choice.ranking.is_certain:
            try:
                yield Given(_suggestion(tx, row, choice), choice)
            except WriteError:  # the ticket shows that already
                continue


def suggestions(tx: Tx, desk: ConfiguredDesk, now: datetime) -> Iterator[Suggestion]:
    """Yield what :func:`given` says, as it would be written."""
    return (one.suggestion for one in given(tx, desk, now))


def past(tx: Tx, _desk: ConfiguredDesk, period: Period) -> Iterator[Suggestion]:
    """Yield what would have been given away in a period without a person: of what people gave away, what was certain.

    How somebody stood at an instant that is past is known of the rankings that were kept then, and of nothing else.
    """
    a = assignments.c
    query = ROWS.select().where(a.at >= period.start, a.at < period.end).order_by(a.at, a.id)
    kept = [one for one in ROWS.all(tx, query) if _was_certain(one)]
    for one in kept:
        number = select(_T.local_id).where(_T.source_id == one.source_id, _T.external_id == one.ticket_ref)
        row = rows_by_id(tx, [*tx.execute(number).scalars()])
        for each in row.values():
            yield _past_suggestion(each, one)


def still(tx: Tx, write: StoredWrite, _now: datetime) -> Facts | Moot:
    """Return the facts of a ticket that is to be given away, or that somebody has it, or that the taker left."""
    told = facts_now(tx, write)
    if isinstance(told, Moot):
        return told
    row, facts = told
    if not row.is_open:
        return Moot(f"{row.ticket} is done by now.")
    if row.assignee_ref is not None:
        return Moot(f"{row.assignee or row.assignee_ref} has {row.ticket} by now.")
    if other := next(rivals(tx, write), None):
        return Moot(f"Write {other.number} of {other.proposed_by} gives {row.ticket} away already.")
    source_id = tx.execute(select(_T.source_id).where(_T.local_id == row.local_id)).scalar_one()
    if not is_here(tx, (source_id, str(write.values.get("assignee_ref")))):
        return Moot(f"Who was to have {row.ticket} works here no more.")
    return facts


def keep_all(tx: Tx, done: Acted, some: Sequence[Given], *, actor: str, now: datetime) -> None:
    """Keep the choices whose writes were approved, and may be sent by now."""
    for one in some:
        number = outbox.asked_before(tx, one.suggestion.intent.request_id or "")
        if number in done.approved:
            is_kept = tx.execute(select(assignments.c.id).where(assignments.c.write_id == number)).first()
            if is_kept is None:
                write = outbox.get(tx, number)
                put(tx, one.choice, write, actor=actor, at=now, reason="")


def _suggestion(tx: Tx, row: TicketRow, choice: Choice) -> Suggestion:
    taker = choice.taker
    assert taker is not None  # noqa: S101  # only then it is given away
    parts = next(one.parts for one in choice.ranking.ranked if one.who.id == taker.key[1])
    reason = f"{taker.shown} has {choice.score} of 100: {why(choice)}."
    ticket = found(tx, row.external_id, row.connection, None)
    request_id = f"{NAME}:{row.connection}:{row.external_id}:{choice.asked.version}:{taker.key[1]}"
    wanted = {"assignee_ref": taker.key[1]}
    intent = update_of(tx, ticket, wanted, None, reason=reason, request_id=request_id)
    told = ", ".join(f"{part.value} {parts[part]}" for part in Part if part in parts)
    return Suggestion(
        intent,
        facts_of(row),
        (reason, f"{told[0].upper()}{told[1:]}."),
        tuple(f"{one.who.called}: {', '.join(one.said(tells_absences=False))}" for one in choice.ranking.refused),
    )


def _was_certain(one: Kept) -> bool:
    ranked = [each["score"] for each in one.ranking]
    if not ranked or float(ranked[0]) < LEAST_SCORE:
        return False
    gap = float(ranked[0]) - float(ranked[1]) if len(ranked) > 1 else float(LEAST_GAP)
    return gap >= LEAST_GAP or gap == 0


def _past_suggestion(row: TicketRow, one: Kept) -> Suggestion:
    request_id = f"{NAME}:{row.connection}:{row.external_id}:{one.write_id}"
    label, values = f"{row.ticket} {row.title}".strip(), {"assignee_ref": one.recommended_ref}
    aggregate = f"tickets:{row.external_id}"
    intent = Intent(row.connection, UPDATE, aggregate, label, values, target=row.external_id, request_id=request_id)
    same = one.recommended_ref == one.technician_ref
    decided = "a person decided the same" if same else "a person gave it to somebody else"
    return Suggestion(
        intent, facts_of(row), (f"The first had {one.ranking[0]['score']} of 100; {decided}.",), at=one.at
    )


ACTS: Final = (
    AutomaticAct(
        NAME,
        "Gives tickets to technicians, where the first has 60 of 100 and is 5 ahead, or it is their turn.",
        kinds=(UPDATE,),
        suggests=f"{__name__}:suggestions",
        past=f"{__name__}:past",
        still=f"{__name__}:still",
        rules=(REQUIREMENTS.name, WEIGHING.name),
        by_job=False,
    ),
)
