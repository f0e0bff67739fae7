"""What waits for triage, what is asked, and what is like a ticket."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.attention import Standing, is_snoozed, staff, standings
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.tickets import (
    TicketChoice,
    TicketFilter,
    TicketRow,
    conditions,
    found,
    mine,
    rows_by_id,
)
from servicedesk_core.features.triage import likeness, tables
from servicedesk_core.features.triage.kinds import INTAKE, Intake
from servicedesk_core.features.triage.model import AlikeTicket, Beside, Unanswered, Untriaged, Waiting
from servicedesk_core.features.triage.rules import Question, questions_for
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T: Final = RECORDS["tickets"].c
_WATCHED: Final = frozenset({QueueKind.ALERT, QueueKind.NOC})
ORDER: Final = "due_at,priority,created_at,local_id"
"""What is due first, then the priority, then the age."""


class TriageQueries(Namespace[Manner]):
    """What waits for triage."""

    desk: ConfiguredDesk

    @query(
        "triage.list",
        about="Tickets that wait for triage, in the order to take them.",
        sorts=("local_id", "priority", "created_at", "due_at"),
        empty="Every open ticket is triaged and somebody's.",
    )
    def list(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Untriaged]:
        """List the open tickets that are new, lie in a queue for triage, or are nobody's: what is due first, first.

        What machines tell, in queues that a team watches, is not among them.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, may = self.desk.clock.now(), self.desk.may(Capability.INTERNAL)
        people = staff(tx, now, ZoneInfo(self.desk.timezone), self.desk.roster, scope=scope, with_internal=may)
        among = TicketFilter.of(mine(self.desk, chosen or TicketChoice()))
        where = [*conditions(tx, among, scope, at=now), tables.may_wait(tx, now)]
        waiting = [
            Waiting(one.state.local_id, one.standing.late_from, one.standing.priority, one.standing.created_at, why)
            for one in standings(tx, now, people, where, with_internal=may, with_acts=False)
            if (why := _why(one.standing)) and not is_snoozed(one.standing, now)
        ]
        page = piece(Page(tuple(waiting)), Waiting, by=ORDER, sort=sort, after=after, limit=limit)
        rows = rows_by_id(tx, [one.local_id for one in page.items])
        asked = _unanswered(tx, self._intakes(tx), (_T.local_id.in_([*rows]),))
        return Page(
            tuple(
                Untriaged(
                    local_id=row.local_id,
                    connection=row.connection,
                    external_id=row.external_id,
                    ticket=row.ticket,
                    title=row.title,
                    company=row.company,
                    queue=row.queue,
                    priority=row.priority,
                    created_at=row.created_at,
                    due_at=one.due_at,
                    why=one.why,
                    unanswered=len(asked.get(row.local_id, ())),
                )
                for one in page.items
                if (row := rows.get(one.local_id)) is not None
            ),
            page.next,
        )

    @query(
        "triage.open",
        about="Intake questions that nobody has answered.",
        empty="Every question that is asked about an open ticket has its answer.",
    )
    def open(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        ticket: Annotated[str | None, Help("Only about this ticket, by number or id.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Unanswered]:
        """List the questions about open tickets that nobody has answered, those of the oldest ticket first.

        What is asked about which tickets the service manager decides: [intake.NAME]. An answer is an internal note.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection, or no such ticket.
        """
        among = TicketFilter.of(mine(self.desk, chosen or TicketChoice()))
        where = conditions(tx, among, scope)
        if ticket is not None:
            where.append(_T.local_id == found(tx, ticket, among.connection, scope).row.local_id)
        asked = _unanswered(tx, self._intakes(tx), where)
        rows = rows_by_id(tx, [*asked])
        listed = [one for local_id, several in asked.items() for one in _questions(rows.get(local_id), several)]
        by = "created_at,local_id,key"
        return piece(Page(tuple(listed)), Unanswered, by=by, sort=sort, after=after, limit=limit)

    @query(
        "triage.beside",
        about="What is known beside a ticket: questions, duplicates, an outage, what helped before.",
        page="servicedesk_core.features.triage.pages:beside",
    )
    def beside(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> Beside:
        """Show what is like a ticket, each with what they have in common, and what is still to be asked.

        Duplicates are tickets of its client within 14 days, by words of the title, device, contact and issue; an outage
        are three tickets or more of its client or its model, or four of several clients that share a word, within four
        hours, where that is more than usual. What helped is looked for among the client's tickets and the newest of all
        with its words.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
        """
        one = found(tx, ticket, connection, scope)
        near = tables.candidate(tx, one.row.local_id)
        own = tables.of_client(tx, near, scope)
        days = tables.around(tx, near, scope)
        twice = likeness.duplicates(near, own.values())
        past = likeness.fixes(near, (own | tables.with_words(tx, near, scope)).values())
        outages = likeness.outages(near, days.values())
        shown = [like.ticket.local_id for like in (*twice, *past)]
        shown += [other.local_id for outage in outages for other in outage.tickets[:_SHOWN]]
        rows = rows_by_id(tx, shown)
        return Beside(
            ticket=one.row.ticket,
            connection=one.row.connection,
            title=one.row.title,
            questions=self._questions(tx, one.row),
            duplicates=tuple(_alike(rows, like) for like in twice),
            outages=tuple(
                _alike(rows, likeness.Like(other, 1, outage.why))
                for outage in outages
                for other in outage.tickets[:_SHOWN]
            ),
            fixes=tuple(_alike(rows, like) for like in past),
        )

    def _questions(self, tx: Tx, row: TicketRow) -> tuple[Unanswered, ...]:
        """Return what is asked about a ticket, and nobody has answered; nothing once it is done."""
        if not row.is_open:
            return ()
        asked = _unanswered(tx, self._intakes(tx), (_T.local_id == row.local_id,))
        return tuple(_questions(row, asked.get(row.local_id, ())))

    def _intakes(self, tx: Tx) -> tuple[Intake, ...]:
        return in_force(tx, INTAKE, self.desk.clock.now())


def related(tx: Tx, local_id: int, scope: Scope | None) -> Iterator[tuple[int, str]]:
    """Yield the tickets that came at once with a ticket or are likely the same, each with what they have in common.

    Args:
        tx: Any transaction.
        local_id: The desk's own number of the ticket.
        scope: Only those that it lets through.
    """
    near = tables.candidate(tx, local_id)
    for outage in likeness.outages(near, tables.around(tx, near, scope).values()):
        yield from ((other.local_id, outage.why) for other in outage.tickets if other.local_id != local_id)
    for like in likeness.duplicates(near, tables.of_client(tx, near, scope).values()):
        yield like.ticket.local_id, like.why


_SHOWN: Final = 20
"""Tickets of an outage that are shown."""


def _why(ticket: Standing) -> str:
    """Return why a ticket waits for triage; empty = it does not."""
    if ticket.queue_kind in _WATCHED:
        return ""
    if ticket.category in (None, StatusCategory.NEW):
        return "new" if ticket.category else "its status has no meaning"
    if ticket.queue_kind is QueueKind.TRIAGE:
        return "in a queue for triage"
    return "" if ticket.is_assigned else "nobody has it"


def _unanswered(
    tx: Tx, intakes: Sequence[Intake], where: Sequence[ColumnElement[bool]]
) -> dict[int, tuple[Question, ...]]:
    """Return what is asked about tickets and nobody has answered, by the desk's own number."""
    if not intakes:
        return {}
    asked = {
        (local_id, source_id, ref): questions
        for local_id, source_id, ref, sort in tables.sorts(tx, where)
        if (questions := questions_for(intakes, sort))
    }
    said = tables.answers(tx, [(source_id, ref) for _, source_id, ref in asked])
    left = {
        local_id: tuple(one for one in several if one.text.casefold() not in said.get((source_id, ref), ()))
        for (local_id, source_id, ref), several in asked.items()
    }
    return {local_id: several for local_id, several in left.items() if several}


def _questions(row: TicketRow | None, asked: Iterable[Question]) -> Iterator[Unanswered]:
    if row is not None:
        for one in asked:
            yield Unanswered(
                row.local_id, row.connection, row.ticket, row.title, row.company, row.created_at, one.key, one.text,
                one.intake,
            )  # fmt: skip


def _alike(rows: Mapping[int, TicketRow], like: likeness.Like) -> AlikeTicket:
    row = rows[like.ticket.local_id]
    return AlikeTicket(
        row.ticket, row.connection, row.title, row.company, row.status, row.created_at, like.why, like.ticket.resolution
    )
