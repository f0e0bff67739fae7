"""What would leave for a manufacturer, and where to; nothing is sent here."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.warranty import ClaimProblem, ClaimState
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.faces import Awaited, Help, Manner, method, previewed
from servicedesk_core.features.claims.model import ClaimPreview
from servicedesk_core.features.claims.queries import ClaimQueries
from servicedesk_core.features.claims.sending.preparing import ClaimsDesk, checked_claim, stored_claim
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes import proposing
from servicedesk_core.features.claims.writes.content import ClaimWrite, values_of
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.store.queries.scope import Scope

PAGES: Final = "servicedesk_core.features.claims.pages"
WHICH = Annotated[str, Help("Our id (SD-…), its number, or the manufacturer's id.", names="claims.show")]

previewed_act = partial(
    previewed,
    needs=Capability.CLAIMS_SEND,
    version=2,
    shows=f"{PAGES}:preview",
    page=f"{PAGES}:brief",
)
"""Declares an act at a manufacturer, which is shown what would leave before it is asked."""


class ClaimPreviewing(ClaimQueries[Manner]):
    """Shows what would leave."""

    desk: ClaimsDesk

    @method(Capability.CLAIMS_SEND)
    async def preview(
        self: "ClaimPreviewing[Awaited]",
        claim: str,
        *,
        again: bool | None = None,
        force: bool = False,
        scope: Scope | None = None,
    ) -> ClaimPreview:
        """Return exactly what :meth:`submit` or :meth:`resubmit` would send, and where to. Sends nothing.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            again: Only as :meth:`resubmit` would, or only as :meth:`submit`; ``None`` = whichever can.
            force: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it.
            ClaimStateError: It cannot be sent as it stands.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        if again is not None:
            ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        kind = ClaimWrite.RESUBMIT if stored.progress.state is ClaimState.DENIED else ClaimWrite.SUBMIT
        warnings = tuple(problem for problem in checked.problems if not problem.is_blocking)
        return self._leaving(stored, opened, kind, values_of(content, found), warnings)

    @method(Capability.CLAIMS_SEND)
    async def preview_update(
        self: "ClaimPreviewing[Awaited]",
        claim: str,
        kind: ClaimWrite,
        values: Mapping[str, Any],
        *,
        scope: Scope | None = None,
    ) -> ClaimPreview | None:
        """Return what a note, a file or a withdrawal would send, and where to. Sends nothing.

        Args:
            claim: Our id of the claim, the number, or the manufacturer's id.
            kind: What is to be told: :attr:`ClaimWrite.NOTE`, :attr:`~ClaimWrite.ATTACH` or :attr:`~ClaimWrite.CANCEL`.
            values: What would leave.
            scope: Only a claim that it lets through.

        Returns:
            What would leave; ``None`` when nothing does, because a claim is withdrawn that the manufacturer does not
            have, or that a person sends.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: The manufacturer does not have it, or it is over.
            UnsupportedError: The manufacturer takes no such thing from programs.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if kind is ClaimWrite.CANCEL and not is_theirs(stored):
            return None
        proposing.ensure_tellable(stored)
        return self._leaving(stored, self._sendable(stored, await self._opened(stored)), kind, dict(values), ())

    def _leaving(
        self,
        stored: StoredClaim,
        opened: OpenConnection,
        kind: ClaimWrite,
        values: dict[str, Any],
        warnings: tuple[ClaimProblem, ...],
    ) -> ClaimPreview:
        handling = ClaimSender(self.desk.store, self.desk.clock).handling(opened.calls, kind.value)
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        identity = opened.identity
        return ClaimPreview(
            claim_id=stored.claim_id,
            kind=kind.value,
            connection=opened.name,
            environment=opened.settings.environment,
            vendor=opened.capabilities.vendor,
            account=f"{identity.name} ({identity.account})"
            if identity and identity.name
            else (identity.account if identity else None),
            values=values,
            side_effects=handling.side_effects,
            warnings=warnings,
        )

    async def _opened(self, stored: StoredClaim) -> OpenConnection | None:
        if stored.connection is None or stored.connection not in self.desk.settings.connections:
            return None
        return await self.desk.host.open(stored.connection)

    def _sendable(self, stored: StoredClaim, opened: OpenConnection | None) -> OpenConnection:
        if opened is None or stored.by_hand:
            raise ClaimStateError(
                f"Claim {stored.claim_id} is sent by hand: no connection here sends claims to {stored.manufacturer}.",
                hint=f"`servicedesk claims pack {stored.claim_id}` writes what to send; "
                f"`servicedesk claims record {stored.claim_id}` keeps what they answer.",
            )
        return opened


def is_theirs(stored: StoredClaim) -> bool:
    """Whether a program has to tell the manufacturer that the claim is withdrawn."""
    return stored.progress.ref is not None and not stored.by_hand


def ensure_as_shown(going: ClaimPreview, shown: ClaimPreview) -> None:
    """Make sure that what would leave is what somebody has seen; raises :class:`ClaimStateError`."""
    told = (shown.claim_id, shown.kind, shown.connection, shown.environment, shown.account, shown.values)
    if told != (going.claim_id, going.kind, going.connection, going.environment, going.account, going.values):
        raise ClaimStateError(
            f"Claim {going.claim_id} is not what was shown any more: somebody changed it meanwhile. Nothing was sent.",
            hint="Send it again, and look at what is shown then.",
        )


def ensure_denied(stored: StoredClaim, *, again: bool) -> None:
    """Make sure that a claim was denied, or that it was not; raises :class:`ClaimStateError`."""
    if (stored.progress.state is ClaimState.DENIED) != again:
        what = "was not denied" if again else "was denied: send it again with resubmit"
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} {what}.", hint=hint)
