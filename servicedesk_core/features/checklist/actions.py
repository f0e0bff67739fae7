"""Adding steps to tickets, ticking them and taking that back."""

from functools import partial
from typing import Annotated, Any

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.checklist.model import ChecklistStep
from servicedesk_core.features.checklist.queries import ChecklistQueries, steps_of
from servicedesk_core.features.tickets import REASON, REQUEST_ID, WHERE, WHICH, TicketDetail, child_of, found
from servicedesk_core.features.writes import proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded

ADD, TICK = "checklist_items.create", "checklist_items.update"


class Checklist(ChecklistQueries[Manner]):
    """The steps of tickets, and what can be proposed about them."""

    @proposes("checklist.add", title="Add step", about="The proposed step.", needs=Capability.TICKETS_WRITE)
    async def add(
        self,
        ticket: WHICH,
        name: Annotated[str, Help("What is to be done.")],
        *,
        important: Annotated[bool, Help("The vendor marks it as important.")] = False,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose a step at the end of a ticket's checklist. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            WriteError: It says nothing, the ticket has it already, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if not name.strip():
            raise WriteError("A step without words.", hint="Say what is to be done.")

        def intent(tx: Tx) -> Intent:
            one = found(tx, ticket, connection, scope)
            steps = steps_of(tx, one.row.connection, one.row.external_id)
            if any(folded(each.name) == folded(name) for each in steps):
                raise WriteError(f"{one.row.ticket} has that step already.", hint="servicedesk checklist list")
            values: dict[str, Any] = {"name": name.strip()} | ({"is_important": True} if important else {})
            return child_of(tx, one, ADD, values, scope, visibility=None, reason=reason, request_id=request_id)

        return await proposed(self.desk, partial(self.desk.store.read, intent), request_id, scope, send=send)

    @proposes("checklist.tick", title="Tick step", about="The proposed change.", needs=Capability.TICKETS_WRITE)
    async def tick(
        self,
        ticket: WHICH,
        step: Annotated[str, Help("Its place in the list, or its words, or how they begin.")],
        *,
        undo: Annotated[bool, Help("It is not done after all.")] = False,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that a step of a ticket is done, or not. With --yes this changes an outside system.

        It is refused when somebody ticked it since it was read.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or step.
            WriteError: It is so already, or several steps begin so.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            one = found(tx, ticket, connection, scope)
            meant = _meant(steps_of(tx, one.row.connection, one.row.external_id), step, one)
            if meant.is_done is not undo:
                raise WriteError(f'"{meant.name}" is {"" if meant.is_done else "not "}done already.')
            source = sources.id_of(tx, one.row.connection)
            (shown,) = records.load(tx, source, "checklist_items", [meant.step]).values()
            return Intent(
                connection=one.row.connection,
                kind=TICK,
                aggregate=f"tickets:{one.row.external_id}",
                label=f"{one.row.ticket}: {meant.name}",
                values={"is_completed": not undo},
                target=meant.step,
                base={"is_completed": shown.model_dump()["is_completed"]},
                base_revision=records.revision_of(tx, source, "checklist_items", meant.step),
                reason=reason,
                request_id=request_id,
            )

        return await proposed(self.desk, partial(self.desk.store.read, intent), request_id, scope, send=send)


def _meant(steps: tuple[ChecklistStep, ...], word: str, one: TicketDetail) -> ChecklistStep:
    """Return which step somebody means.

    Raises:
        NotFoundLocallyError: The ticket has none of it.
        WriteError: Several begin so.
    """
    said = folded(word.strip())
    exact = [each for each in steps if said in {str(each.place), folded(each.name)}]
    found_ = exact or [each for each in steps if said and folded(each.name).startswith(said)]
    if len(found_) == 1:
        return found_[0]
    if found_:
        raise WriteError(f'Several steps of {one.row.ticket} are "{word}".', hint="Name it by its place in the list.")
    hint = "servicedesk checklist list shows its steps, as of the last sync."
    raise NotFoundLocallyError(f'{one.row.ticket} has no step "{word}".', hint=hint)
