"""Saying that a promise to a client was kept, or withdrawing it."""

from typing import Annotated, Any

from sqlalchemy import update

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.contact.model import ClientPromise
from servicedesk_core.features.contact.queries import ContactQueries
from servicedesk_core.features.contact.tables import promises_of
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import client_promises

_NUMBER = Annotated[int, Help("Its number, as contact promises shows it.", names="contact.promises", name="promise")]


class Contact(ContactQueries[Manner]):
    """What clients were promised, and who has heard from nobody."""

    @action("contact.keep", title="Kept", about="The promise.", needs=Capability.TICKETS_WRITE)
    async def keep(self, number: _NUMBER, *, scope: Scope | None = None) -> ClientPromise:
        """Say that a promise was kept now, by a call or a visit of which nothing is written to the client.

        Raises:
            NotFoundLocallyError: There is no such promise.
            SettingsError: It is kept or withdrawn already.
        """
        return await self._settled(number, "promise.kept", "", scope, kept_at=self.desk.clock.now())

    @action("contact.withdraw", title="Withdraw", about="The promise.", needs=Capability.TICKETS_WRITE)
    async def withdraw(
        self,
        number: _NUMBER,
        *,
        reason: Annotated[str, Help("Why; kept in the audit trail.")],
        scope: Scope | None = None,
    ) -> ClientPromise:
        """Withdraw a promise, because it is needed no more or was agreed anew: it counts neither as kept nor as broken.

        Raises:
            NotFoundLocallyError: There is no such promise.
            SettingsError: It is kept or withdrawn already, its time has passed, or nobody says why.
        """
        if not reason.strip():
            raise SettingsError("Nobody says why.", hint="Say it with --reason.")
        return await self._settled(number, "promise.withdrawn", reason, scope, withdrawn_at=self.desk.clock.now())

    async def _settled(self, number: int, what: str, reason: str, scope: Scope | None, **values: Any) -> ClientPromise:
        now, which = self.desk.clock.now(), client_promises.c.id == number

        def work(tx: Tx) -> ClientPromise:
            one = next(promises_of(tx, now, [which], scope), None)
            if one is None:
                hint = "servicedesk contact promises shows them."
                raise NotFoundLocallyError(f"There is no promise {number}.", hint=hint)
            is_over = "withdrawn_at" in values and one.due_at < now
            if one.contact_at is not None or one.state == "withdrawn" or is_over:
                state = "broken: its time has passed" if is_over else one.state.value
                raise SettingsError(f"Promise {number} is {state}.", hint="servicedesk tickets promise makes one.")
            tx.execute(update(client_promises).where(which).values(**values))
            after = next(promises_of(tx, now, [which], scope))
            entity = f"promise:{number}"
            audit.append(tx, at=now, actor=str(self.desk.actor), action=what, entity=entity, reason=reason)
            return after

        return await self.desk.store.write(work)
