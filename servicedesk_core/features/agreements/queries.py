"""Agreements that end, with clients and with vendors, and what speaks for more."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.agreements.kinds import VENDOR_AGREEMENTS
from servicedesk_core.features.agreements.model import Renewal, Renewals, Signal, VendorRow
from servicedesk_core.features.agreements.offers import offer_of
from servicedesk_core.features.agreements.rules import State
from servicedesk_core.features.agreements.signals import Said, Signals
from servicedesk_core.features.agreements.tables import Key, Standing, agreements_on, vendor_agreements_on
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.checking import named
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.queries.scope import Scope

_UNSCOPED: Final = "what we agreed with vendors is of the desk"

Company = Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")]
Within = Annotated[timedelta | None, Help("Also those whose deadline is no further away, such as 180d.")]
Everything = Annotated[bool, Help("Also those of which nobody has to hear yet, or any more.", name="all")]


class AgreementQueries(Namespace[Manner]):
    """Agreements with clients and vendors."""

    @query(
        "agreements.renewals",
        about="Agreements with clients that end or go on, by their notice deadlines.",
        needs=Capability.INTERNAL,
        empty="No agreement has its notice deadline near.",
        page="servicedesk_core.features.agreements.pages:renewals",
    )
    def renewals(
        self,
        tx: Tx,
        *,
        company: Company = None,
        within: Within = None,
        everything: Everything = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Renewals:
        """List agreements whose notice deadline is at most 90 days away, or as far as [renewals] says.

        One that goes on by itself is told of before its deadline, and then stands with the next one.

        Raises:
            NotFoundLocallyError: There is no such client, or no contract can be in the scope.
            DefinitionsError: A definition does not fit this program.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        day = now.astimezone(zone).date()
        clients = None if company is None else named(tx, scope, company=company)
        found = [
            one
            for one in agreements_on(tx, day, now, scope)
            if (clients is None or (one.source_id, one.company) in clients)
            and (everything or one.state is not State.RUNNING or _is_within((one.term.deadline - day).days, within))
        ]
        of, not_judged = _signals(tx, self, found, scope)
        rows = (
            Renewal(
                deadline=one.term.deadline,
                days_left=(one.term.deadline - day).days,
                state=one.state,
                reminder=one.reminder,
                client=one.client,
                agreement=one.name,
                kind=one.kind,
                term_end=one.term.end,
                renews=one.term.renews,
                followed_by=one.followed_by,
                opportunity=offer_of(tx, one).offered,
                signals=tuple(map(_words, of.get((one.source_id, one.company or ""), ()))),
                connection=one.connection,
                ref=one.ref,
                company_ref=one.company,
            )
            for one in found
        )
        shown = Renewals(items=tuple(rows), not_judged=not_judged)
        return piece(shown, Renewal, by="deadline,client,connection,ref", sort=sort, after=after, limit=limit)

    @query(
        "agreements.signals",
        about="What speaks for another agreement, or a larger one.",
        needs=Capability.INTERNAL,
        empty="Nothing speaks for more than was agreed.",
    )
    def signals(
        self,
        tx: Tx,
        *,
        company: Company = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Signal]:
        """List what speaks for more at clients with agreements: devices, hours and work beyond them, covers that end.

        Raises:
            NotFoundLocallyError: There is no such client, or no contract can be in the scope.
            DefinitionsError: A definition does not fit this program.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        clients = None if company is None else named(tx, scope, company=company)
        day = now.astimezone(ZoneInfo(self.desk.timezone)).date()
        found = [
            one
            for one in agreements_on(tx, day, now, scope)
            if clients is None or (one.source_id, one.company) in clients
        ]
        of, _ = _signals(tx, self, found, scope)
        clients_of = {(one.source_id, one.company): one for one in found}
        rows = (
            Signal(one.speaks, whose.client, one.evidence, whose.connection, ref)
            for (source_id, ref), several in of.items()
            for whose in (clients_of[source_id, ref],)
            for one in several
        )
        return piece(Page(tuple(rows)), Signal, by="client,company_ref,speaks", sort=sort, after=after, limit=limit)

    @query(
        "agreements.vendors",
        about="Agreements with vendors, by their notice deadlines.",
        needs=Capability.INTERNAL,
        unscoped=_UNSCOPED,
        empty="No agreement with a vendor has its notice deadline near: [vendor_agreements.NAME] in the definitions.",
    )
    def vendors(
        self,
        tx: Tx,
        *,
        within: Within = None,
        everything: Everything = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[VendorRow]:
        """List agreements with vendors that end, or go on unless somebody gives notice.

        Raises:
            DefinitionsError: A definition does not fit this program.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        words = {one.client for one in in_force(tx, VENDOR_AGREEMENTS, now) if one.client}
        client = {
            word: one.name
            for word, several in meant_each(tx, "companies", words).items()
            for one in several
            if one.name
        }
        day = now.astimezone(ZoneInfo(self.desk.timezone)).date()
        rows = (
            one
            for one in vendor_agreements_on(tx, day, now, client)
            if everything or one.state is not State.RUNNING or _is_within(one.days_left, within)
        )
        return piece(Page(tuple(rows)), VendorRow, by="deadline,name", sort=sort, after=after, limit=limit)


def _is_within(days_left: int, within: timedelta | None) -> bool:
    return within is not None and 0 <= days_left <= within.days


def _words(one: Said) -> str:
    return f"{one.speaks}: {one.evidence}"


def _signals(
    tx: Tx, on: AgreementQueries[Manner], found: Iterable[Standing], scope: Scope | None
) -> tuple[dict[Key, tuple[Said, ...]], tuple[str, ...]]:
    """Return what speaks for more at the clients of some agreements, and what was not looked for."""
    clients = dict.fromkeys((one.source_id, one.company) for one in found if one.company)
    if not clients:
        return {}, ()
    look = Signals(tx, on.desk.clock.now(), ZoneInfo(on.desk.timezone), scope)
    return {key: tuple(look.of(key)) for key in clients}, look.not_judged
