"""Triage in one act: what a ticket is, how urgent, where it goes and what comes next."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.tickets import (
    ASSIGNEE,
    PRIORITY,
    QUEUE,
    REASON,
    REQUEST_ID,
    WHERE,
    WHICH,
    TicketDetail,
    child_of,
    found,
    given,
    priority_given,
    resolved,
    status_given,
    technician_meant,
    update_of,
)
from servicedesk_core.features.triage.kinds import INTAKE, TRIAGE, Level
from servicedesk_core.features.triage.queries import TriageQueries
from servicedesk_core.features.triage.rules import (
    NOTE_TITLE,
    NextStep,
    Sort,
    kind_given,
    note_of,
    priority_by,
    questions_for,
)
from servicedesk_core.features.triage.tables import NOTE, of_client_ref
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope


class Triage(TriageQueries[Manner]):
    """Triage: ``desk.triage("T20260307.0001", impact=Level.HIGH, urgency=Level.LOW)``."""

    desk: ProposingDesk

    @proposes("triage", title="Triage", about="The proposed change.", needs=Capability.TICKETS_ASSIGN)
    async def __call__(
        self,
        ticket: WHICH,
        *,
        kind: Annotated[str | None, Help("incident, request, problem, change, or the vendor's own word.")] = None,
        impact: Annotated[Level | None, Help("How much it harms.")] = None,
        urgency: Annotated[Level | None, Help("How soon it has to be dealt with.")] = None,
        priority: PRIORITY = None,
        issue: Annotated[str | None, Help("The vendor's word for what it is about.")] = None,
        sub_issue: Annotated[str | None, Help("The vendor's word for what of that.")] = None,
        queue: QUEUE = None,
        assignee: ASSIGNEE = None,
        contract: Annotated[str | None, Help("Name, number or id of a contract of its client.")] = None,
        device: Annotated[str | None, Help("Name, serial number or id of a device of its client.")] = None,
        estimated_s: Annotated[int | None, Help("Planned work, in hours, such as 0.5.", name="estimate")] = None,
        next_step: Annotated[NextStep | None, Help("What happens next; its status says so.", name="next")] = None,
        answers: Annotated[
            Mapping[str, Any] | None,
            Help("An answer to an intake question: NAME=ANSWER. May be repeated.", name="answer"),
        ] = None,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose what a ticket is, how urgent, where it goes and what comes next, all in one write.

        Impact and urgency together give the priority, by the desk's matrix. Answers become one internal note, which is
        sent once the ticket's change is there. With --yes this changes an outside system. It is refused when somebody
        changed the same fields, or the status, since the last sync.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, queue, technician, contract or device of its client.
            WriteError: The ticket is done, nothing is said, impact is said without urgency or beside a priority, the
                vendor's list has no such word, or nothing of that name is asked.
            WriteNotGrantedError: The configuration does not grant it.
        """
        values = given(issue=issue, sub_issue=sub_issue, estimated_s=estimated_s) | kind_given(kind)
        self.desk.permitted(Capability.TICKETS_WRITE, "triage")
        then: list[Intent] = []

        def intent(tx: Tx) -> Intent:
            one = found(tx, ticket, connection, scope)
            _ensure_open(one)
            wanted = values | priority_given(priority) | self._by_matrix(tx, impact, urgency, priority)
            wanted |= status_given(tx, one.row.connection, next_step.category if next_step else None)
            who = technician_meant(self.desk, one.row.connection, assignee)
            wanted |= resolved(tx, one.row.connection, scope, queue=queue, assignee=who)
            wanted |= _of_client(tx, one, "contracts", "contract", contract)
            wanted |= _of_client(tx, one, "assets", "device", device)
            notes = [
                child_of(tx, one, NOTE, said, scope, visibility="internal", reason=reason, request_id=None)
                for said in self._notes(tx, one, answers or {}, wanted)
            ]
            if not wanted and notes:
                return replace(notes[0], request_id=request_id)
            if not wanted:
                raise WriteError(
                    "Nothing is said about the ticket.", hint="Say what it is: --kind, --impact, --queue …"
                )
            then.extend(notes)
            change = update_of(tx, one, wanted, scope, reason=reason, request_id=request_id)
            # Also where the status stays: what somebody closed meanwhile is triaged no more.
            return replace(change, base={"status": one.ticket.status, **change.base})

        async def intended() -> Intent:
            return await self.desk.store.read(intent)

        return await proposed(
            self.desk,
            intended,
            request_id,
            scope,
            send=send,
            proposing=lambda wanted: self.desk.outbox.propose(wanted, then=then),
        )

    def _by_matrix(self, tx: Tx, impact: Level | None, urgency: Level | None, priority: str | None) -> dict[str, Any]:
        if impact is None and urgency is None:
            return {}
        if impact is None or urgency is None:
            lacking = "--impact" if impact is None else "--urgency"
            raise WriteError("Impact and urgency give a priority together.", hint=f"Say {lacking} too, or --priority.")
        if priority is not None:
            raise WriteError("The priority is said twice.", hint="Say --priority, or --impact and --urgency.")
        return priority_given(priority_by(in_force(tx, TRIAGE, self.desk.clock.now()), impact, urgency))

    def _notes(
        self, tx: Tx, one: TicketDetail, answers: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the note that holds answers, to what is asked of the ticket as it is after the change."""
        if not answers:
            return []
        fields = ("kind", "category", "issue", "sub_issue")
        sort = Sort(*(wanted.get(name, getattr(one.ticket, name)) for name in fields))
        asked = questions_for(in_force(tx, INTAKE, self.desk.clock.now()), sort)
        return [{"title": NOTE_TITLE, "body": note_of(asked, {key: str(value) for key, value in answers.items()})}]


def _ensure_open(one: TicketDetail) -> None:
    if not one.row.is_open:
        message = f"{one.row.ticket} is {one.row.status or 'done'}: there is nothing to triage."
        raise WriteError(
            message, hint="Open it again first, where that was too soon: servicedesk tickets update --status."
        )


def _of_client(tx: Tx, one: TicketDetail, stream: str, what: str, word: str | None) -> dict[str, Any]:
    """Return the reference to a contract or a device of the ticket's client, by what people call it."""
    if word is None:
        return {}
    field = {"contracts": "contract_ref", "assets": "asset_ref"}[stream]
    refs = of_client_ref(tx, stream, sources.id_of(tx, one.row.connection), one.row.company_ref, word.strip())
    if len(refs) == 1:
        return {field: refs[0]}
    client = one.row.company or "its client"
    if refs:
        message = f'{client} has {len(refs)} {what}s called "{word}".'
        raise NotFoundLocallyError(message, hint=f"Name the vendor's id: {', '.join(refs[:5])}.")
    hint = f"Name it as the desk shows it, its number, or the vendor's id; it must be one of {client}."
    raise NotFoundLocallyError(f'{client} has no {what} "{word}".', hint=hint)
