"""Making the opportunity of an agreement."""

from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.agreements.model import Offered
from servicedesk_core.features.agreements.offers import intent_of, offer_of
from servicedesk_core.features.agreements.queries import AgreementQueries
from servicedesk_core.features.agreements.signals import Signals
from servicedesk_core.features.agreements.tables import Standing, agreements_on
from servicedesk_core.features.tickets import REQUEST_ID
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, sources


class Agreements(AgreementQueries[Manner]):
    """Agreements with clients and vendors, and the opportunities that they are."""

    desk: ProposingDesk

    @proposes(
        "agreements.offer",
        title="Make opportunity",
        about="The proposed opportunity.",
        needs=Capability.BILLING_WRITE,
        unscoped="what is sold to a client is for no client's eyes",
    )
    async def offer(
        self,
        agreement: Annotated[str, Help("The contract, by the vendor's id or its name.", names="agreements.renewals")],
        *,
        connection: Annotated[str | None, Help("Where that is, if several have it.")] = None,
        again: Annotated[bool, Help("Another one, after the first was discarded, lost or deleted in the CRM.")] = False,
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
    ) -> WriteView:
        """Propose the opportunity of an agreement's term, with what speaks for more. With --yes this changes the CRM.

        There is one for a term. One that was deleted in the CRM is not made again unless somebody says so.

        Raises:
            NotFoundLocallyError: There is no such agreement.
            WriteError: Several are called so, the one of its term was deleted or is still open, or the client's account
                has no owner.
            WriteNotGrantedError: The configuration does not grant it.
        """
        del request_id  # what tells it apart is the agreement with its term

        def look(tx: Tx) -> tuple[str, Intent]:
            one = self._meant(tx, agreement, connection)
            now = offer_of(tx, one)
            if now.offered is Offered.DELETED and not again:
                message = f"The opportunity {now.ref} of {one.name} was deleted in the CRM."
                raise WriteError(message, hint="Make another one with --again, if that is meant.")
            if again and now.offered in {Offered.UNREAD, Offered.OPEN, Offered.WON}:
                hint = "Go on with it in the CRM; another one is made after it was lost or deleted there."
                raise WriteError(f"The opportunity of {one.name} is {now.offered} already.", hint=hint)
            key = now.again if again and now.offered is not Offered.WAITING else now.key
            signals = Signals(tx, self.desk.clock.now(), ZoneInfo(self.desk.timezone))
            said = signals.of((one.source_id, one.company)) if one.company else ()
            return key, intent_of(tx, one, said, reason=reason, request_id=key)

        key, intent = await self.desk.store.read(look)

        async def intended() -> Intent:
            return intent

        return await proposed(self.desk, intended, key, None, send=send)

    def _meant(self, tx: Tx, word: str, connection: str | None) -> Standing:
        now = self.desk.clock.now()
        if connection is not None:
            sources.id_of(tx, connection)
        there = [
            one
            for one in agreements_on(tx, now.astimezone(ZoneInfo(self.desk.timezone)).date(), now)
            if connection in {None, one.connection}
        ]
        found = [one for one in there if one.ref == word] or [
            one for one in there if one.name.casefold() == word.strip().casefold()
        ]
        if not found:
            hint = "`servicedesk agreements renewals --all` lists those there are."
            raise NotFoundLocallyError(f'No agreement is called "{word}".', hint=hint)
        if len(found) > 1:
            several = ", ".join(sorted(f"{one.connection} {one.ref}" for one in found))
            raise WriteError(f'Several agreements are called "{word}": {several}.', hint="Name it by its id.")
        return found[0]
