"""What a desk knows of its claims, from the store alone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.warranty import ClaimState, Entitlement, covered_on
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, method, query
from servicedesk_core.features.claims.model import (
    ClaimDetail,
    ClaimFilter,
    ClaimRow,
    MoneyRow,
    MoneyState,
    Proposal,
    Proposals,
)
from servicedesk_core.features.claims.tables import counting, files, listing, money, reading
from servicedesk_core.features.claims.tables.counting import ClaimNumbers
from servicedesk_core.features.claims.tables.cover import cover_words, covers_of, rests_on, with_cover
from servicedesk_core.features.claims.tables.eligible import EligibleTicket, eligible
from servicedesk_core.features.claims.tables.money import Days
from servicedesk_core.store import outbox
from servicedesk_core.store.queries.checking import check_names
from servicedesk_core.store.queries.scope import Scope

_PAGES = "servicedesk_core.features.claims.pages"
_RESOLVE = "Look into the manufacturer's portal, then `servicedesk claims resolve {0} --found ID`, or `--absent`."


class ClaimQueries(Namespace[Manner]):
    """The claims of a desk, as its store knows them."""

    desk: ConfiguredDesk

    @query(
        "claims.list",
        needs=Capability.CLAIMS_READ,
        about="Claims.",
        version=2,
        sorts=listing.COLUMNS,
        empty="No such claim. Those that are over are listed with --all; servicedesk claims propose finds what could "
        "be claimed.",
    )
    def list(
        self,
        tx: Tx,
        chosen: ClaimFilter | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ClaimRow]:
        """List claims, the newest first; only open ones by default.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such client, connection or manufacturer.
        """
        wanted, day = chosen or ClaimFilter(), today(self.desk)
        found = listing.page(tx, wanted, day, sort=sort, after=after, limit=limit, scope=scope)
        if not found.items:
            self._check(tx, scope, wanted.connection, wanted.company, wanted.manufacturer)
        return found

    @query(
        "claims.money",
        needs=Capability.MONEY,
        about="Money of claims: what came back, what is waited for, what was lost.",
        sorts=money.COLUMNS,
        empty="There is no such money of a claim of ours.",
    )
    def money(
        self,
        tx: Tx,
        *,
        standing: Annotated[MoneyState | None, Help("Only what stands there.", name="state")] = None,
        since: Annotated[datetime | None, Help("Only what was issued, or agreed to, on this day or later.")] = None,
        before: Annotated[datetime | None, Help("Only what was issued, or agreed to, before this day.")] = None,
        manufacturer: Annotated[tuple[str, ...], Help("Only of this manufacturer, in any spelling.")] = (),
        company: Annotated[tuple[str, ...], Help("Only of this client, by name or how it begins, or id.")] = (),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[MoneyRow]:
        """List the money of claims that is ours, the newest claim first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such client or manufacturer.
        """
        zone = ZoneInfo(self.desk.settings.desk.timezone)
        days = Days(*(None if one is None else one.astimezone(zone).date() for one in (since, before)))
        wanted = ClaimFilter(manufacturer=manufacturer, company=company, everything=True)
        found = money.page(tx, wanted, standing, days, scope, sort=sort, after=after, limit=limit)
        if not found.items:
            self._check(tx, scope, None, company, manufacturer)
        return found

    @query(
        "claims.show",
        needs=Capability.CLAIMS_READ,
        about="One claim with what hangs on it.",
        version=2,
        page=f"{_PAGES}:whole",
    )
    def get(
        self,
        tx: Tx,
        claim: Annotated[str, Help("Our id (SD-…), its number, or the manufacturer's id.", names="claims.show")],
        *,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Show a claim with its decisions, shipments, returns, money, files and history.

        Returns:
            The claim; with a scope without ids that might be the claim, but also another's.

        Raises:
            NotFoundLocallyError: There is no such claim, or the scope does not let it through.
        """
        return detail(tx, claim, scope=scope, costs=self.desk.may(Capability.MONEY))

    def proposals(
        self, tx: Tx, company: tuple[str, ...], connection: str | None, scope: Scope | None, *, everything: bool
    ) -> Proposals:
        """Return what :meth:`Claims.propose` does, without how a claim would reach its manufacturer."""
        settings = self.desk.settings
        found = eligible(
            tx,
            hardware=settings.claims.hardware,
            only_open=not everything,
            connection=connection,
            company=company,
            scope=scope,
        )
        if not found.tickets:
            self._check(tx, scope, connection, company)
        covers = covers_of(tx, {one.asset_id for one in found.tickets})
        zone = ZoneInfo(settings.desk.timezone)
        lines = [_proposal(one, covers.get(one.asset_id, ()), zone) for one in found.tickets]
        return Proposals(
            tickets=tuple(line for line in lines if line.covered and not line.claims),
            unknown_cover=tuple(line for line in lines if line.covered is None and not line.claims),
            incidents=found.incidents,
            without_device=found.without_device,
            not_hardware=found.not_hardware,
            not_covered=sum(line.covered is False for line in lines),
            claimed=sum(bool(line.claims) for line in lines if line.covered is not False),
        )

    def _check(
        self,
        tx: Tx,
        scope: Scope | None,
        connection: str | None,
        companies: tuple[str, ...],
        makers: tuple[str, ...] = (),
    ) -> None:
        configured = self.desk.settings.connections if scope is None else listing.connections(tx, scope)
        check_names(tx, scope, connection=connection, configured=configured, companies=companies, manufacturers=makers)

    @method(Capability.CLAIMS_READ)
    async def numbers(self, chosen: ClaimFilter | None = None, *, scope: Scope | None = None) -> ClaimNumbers:
        """Return claims by state and age, the approval rate, and the money that came back.

        Args:
            chosen: Which claims; ``None`` = all, also those that are over.
            scope: Only what it lets through.
        """
        wanted = chosen or ClaimFilter(everything=True)
        now = self.desk.clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone))
        return await self.desk.store.read(lambda tx: counting.numbers(tx, wanted, now, scope))


def today(desk: ConfiguredDesk) -> date:
    """Return the date where a desk is."""
    return desk.clock.now().astimezone(ZoneInfo(desk.settings.desk.timezone)).date()


def detail(tx: Tx, claim: str, *, scope: Scope | None = None, costs: bool = False) -> ClaimDetail:
    """Return one claim with everything that hangs on it.

    Args:
        tx: Any transaction.
        claim: Our id, the number, or the manufacturer's id.
        scope: Only a claim that it lets through.
        costs: Whether it is shown what our parts for it cost.

    Raises:
        NotFoundLocallyError: There is no such claim, or the scope does not let it through.
    """
    from servicedesk_core.features.claims.tables.parts import parts_of  # noqa: PLC0415  # lists need none

    stored = reading.get(tx, claim, scope)
    write = outbox.get(tx, stored.sent_as) if stored.sent_as is not None else None
    doubtful = write is not None and stored.state is ClaimState.IN_DOUBT
    told = write.candidates if write and doubtful and scope is None else ()
    theirs = reading.refs(tx, stored.connection or "", but=stored.id) if told else frozenset()
    parts, ordered = parts_of(tx, stored.id, costs=costs)
    return ClaimDetail(
        claim=listing.row_of(tx, stored.id),
        draft=with_cover(tx, stored.draft, stored.origin) if stored.state.is_ours else stored.draft,
        progress=stored.progress,
        files=tuple(files.of(tx, stored.id)),
        history=tuple(reading.history(tx, stored)),
        write=stored.sent_as,
        parts=parts,
        ordered=ordered,
        credits_to_client=stored.credits_to_client,
        write_state=write.state if write else None,
        error_code=write.error_code if write else None,
        doubt=write.error if write and doubtful else None,
        waits=write.error if write and not doubtful else None,
        is_unapproved=write is not None and write.state is WriteState.PROPOSED,
        hint=_RESOLVE.format(stored.claim_id) if doubtful else write.hint if write else None,
        candidates=tuple(ref for ref in told if ref not in theirs),
    )


def _proposal(one: EligibleTicket, covers: Sequence[Entitlement], zone: ZoneInfo) -> Proposal:
    day = one.created_at.astimezone(zone).date() if one.created_at else None
    return Proposal(
        ticket=one.number or one.external_id,
        connection=one.connection,
        title=one.title,
        company=one.company,
        opened_at=one.created_at,
        asset=one.asset,
        serial_number=one.serial_number,
        manufacturer=one.manufacturer,
        covered=covered_on(covers, day) if covers and day else None,
        cover=cover_words(rests_on(covers, day)) if covers else None,
        claims=one.claims,
    )
