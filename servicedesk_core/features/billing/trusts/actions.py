"""Trusting a client's documents, and taking that back."""

from typing import Annotated

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.billing.mapping.tables import ledger_of
from servicedesk_core.features.billing.sending.batches import LedgerDesk
from servicedesk_core.features.billing.sending.queries import UNSCOPED, named_companies
from servicedesk_core.features.billing.trusts import tables
from servicedesk_core.features.billing.trusts.model import TrustDecided
from servicedesk_core.features.billing.trusts.queries import TrustQueries
from servicedesk_core.store import Tx, audit

_CLIENT = Annotated[
    str, Help("The client, by name or how it begins, or id.", name="COMPANY", names="tickets.words clients")
]
_REASON = Annotated[str, Help("Why; kept in the audit trail.")]


class Trusting(TrustQueries[Manner]):
    """Whose documents are trusted."""

    desk: LedgerDesk

    @action("billing.trust", about="Whom one trusts.", needs=Capability.BILLING_WRITE, unscoped=UNSCOPED)
    async def trust(self: "Trusting[Awaited]", company: _CLIENT, *, reason: _REASON) -> TrustDecided:
        """Trust a client's documents: others than you may send them together with others, and as final ones.

        Raises:
            NotFoundLocallyError: There is no such client, or no ledger was read yet.
            SettingsError: The reason is empty, or several clients are meant.
        """
        return await self._decide(company, reason, is_trusted=True)

    @action("billing.distrust", about="Whom one trusts no more.", needs=Capability.BILLING_WRITE, unscoped=UNSCOPED)
    async def distrust(self: "Trusting[Awaited]", company: _CLIENT, *, reason: _REASON) -> TrustDecided:
        """Take back that a client's documents are trusted.

        Raises:
            NotFoundLocallyError: There is no such client, or its documents are not trusted.
            SettingsError: The reason is empty, or several clients are meant.
        """
        return await self._decide(company, reason, is_trusted=False)

    async def _decide(self: "Trusting[Awaited]", company: str, reason: str, *, is_trusted: bool) -> TrustDecided:
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at it later.")
        by, now = self.desk.outbox.actor, self.desk.clock.now()

        def work(tx: Tx) -> TrustDecided:
            audit.take_turn(tx)
            ledger = ledger_of(tx, now).name
            psa, ref = _one(tx, company)
            held = [one for one in tables.trusts(tx, ledger) if (one.psa, one.company_ref) == (psa, ref)]
            if is_trusted:
                tables.trust(tx, ledger, (psa, ref), reason=reason, by=by, at=now)
            elif held:
                tables.revoke(tx, held, reason=reason, by=by, at=now)
            else:
                hint = "servicedesk billing trusts lists whom one trusts."
                raise NotFoundLocallyError(f"Nobody trusts documents of {company}.", hint=hint)
            act = "billing.trusted" if is_trusted else "billing.distrusted"
            audit.append(tx, at=now, actor=by, action=act, entity=f"company:{psa}:{ref}", reason=reason)
            return TrustDecided(company, ledger, is_trusted, by, reason)

        return await self.desk.store.write(work)


def _one(tx: Tx, company: str) -> tuple[str, str]:
    """Return the client that somebody names, by connection and id.

    Raises:
        NotFoundLocallyError: There is none.
        SettingsError: Several are meant.
    """
    found = named_companies(tx, company)
    if len(found) > 1:
        raise SettingsError(f'"{company}" is several clients.', hint="Name it by its id.")
    (single,) = found
    return single
