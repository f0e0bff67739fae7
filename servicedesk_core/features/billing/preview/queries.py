"""What would be billed for a month, and what would not."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.drafts import Draft, Source, digest_of
from servicedesk_core.features.billing.preview.comparing import Compared, Verdict
from servicedesk_core.features.billing.preview.model import (
    NOTHING,
    ComparedRow,
    ComparedSum,
    Comparison,
    DraftRow,
    LeftCount,
    LeftRow,
    LineRow,
    PreviewRows,
)
from servicedesk_core.features.billing.preview.pieces import Left, Payer, Why
from servicedesk_core.features.billing.preview.tables.posted import comparison
from servicedesk_core.features.billing.preview.tables.previews import NOBODY, asked_for, by_client
from servicedesk_core.features.profit import months_of
from servicedesk_core.store import Tx

UNSCOPED: Final = "what a client is billed is for no client's eyes"

Period = Annotated[str, Help("The month that is billed.", metavar="YYYY-MM")]
"""The parameter ``period``."""

Company = Annotated[
    str | None, Help("Only this client, by name or how it begins, or id.", names="tickets.words clients")
]
"""The parameter ``company``."""

Everybody = Annotated[bool, Help("Also clients whose invoices the PSA makes.", name="all")]
"""The parameter ``everybody``."""

_ZERO: Final = Decimal(0)


class PreviewQueries(Namespace[Manner]):
    """What would be billed."""

    @query(
        "billing.preview",
        about="What would be billed for a month.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty=NOTHING,
        page="servicedesk_core.features.billing.preview.pages:lines",
    )
    def preview(
        self,
        tx: Tx,
        *,
        period: Period,
        company: Company = None,
        everybody: Everybody = False,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> PreviewRows:
        """Show the invoices of a month, line by line, for clients whose invoices are made here. Nothing is sent.

        Raises:
            SettingsError: That is no month, or there is no such column to sort by.
            NotFoundLocallyError: There is no such client.
            DefinitionsError: A definition does not fit this program.
            CursorError: ``after`` is not a position of this list.
        """
        first, last = month_of(period)
        asked = asked_for(tx, self.desk, first, last, company, everybody=everybody)
        rows: list[LineRow] = []
        drafts: list[DraftRow] = []
        left: Counter[Why] = Counter()
        for one in by_client(tx, asked):
            left.update(each.why for each in one.left)
            for made in one.made:
                digest = made.draft.digest
                drafts.append(_draft(made.draft, digest))
                rows += _lines(made.draft, digest)
        shown = PreviewRows(
            items=tuple(rows),
            first=first,
            last=last,
            digest=digest_of(row.digest for row in drafts),
            drafts=tuple(sorted(drafts, key=lambda row: (row.client, row.connection, row.ref, row.currency))),
            left=tuple(LeftCount(why, left[why]) for why in Why if left[why]),
        )
        by = "client,connection,ref,currency,number"
        return piece(shown, LineRow, by=by, sort=sort, after=after, limit=limit)

    @query(
        "billing.exceptions",
        about="What would not be billed for a month, and why.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Nothing of these days is left out, or not for that reason.",
    )
    def exceptions(
        self,
        tx: Tx,
        *,
        period: Period,
        why: Annotated[Why | None, Help("Only what is left out for this reason.")] = None,
        company: Company = None,
        everybody: Everybody = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[LeftRow]:
        """List the work, goods and services of a month that are on no document, each with why.

        Raises:
            SettingsError: That is no month, or there is no such column to sort by.
            NotFoundLocallyError: There is no such client.
            DefinitionsError: A definition does not fit this program.
            CursorError: ``after`` is not a position of this list.
        """
        asked = asked_for(tx, self.desk, *month_of(period), company, everybody=everybody)
        found = tuple(_left(left) for one in by_client(tx, asked) for left in one.left if why in {None, left.why})
        by = "client,day,stream,ref"
        return piece(Page(found), LeftRow, by=by, sort=sort, after=after, limit=limit)

    @query(
        "billing.compare",
        about="What would be billed here beside what the PSA has posted.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Here and in the PSA everything comes to the same.",
        page="servicedesk_core.features.billing.preview.pages:comparison",
    )
    def compare(
        self,
        tx: Tx,
        *,
        period: Period,
        company: Company = None,
        verdict: Annotated[Verdict | None, Help("Only these.")] = None,
        everything: Annotated[bool, Help("Also what is the same.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Comparison:
        """Hold what would be billed for a month against what the PSA has posted, of all clients. Nothing is sent.

        What was billed already, here or there, counts as if it were still to be billed.

        Raises:
            SettingsError: That is no month, or there is no such column to sort by.
            NotFoundLocallyError: There is no such client.
            DefinitionsError: A definition does not fit this program.
            CursorError: ``after`` is not a position of this list.
        """
        asked = asked_for(tx, self.desk, *month_of(period), company, everybody=True, is_whole=True)
        rows: list[ComparedRow] = []
        sums: dict[tuple[Verdict, str], ComparedSum] = {}
        for payer, one in comparison(asked):
            key = one.verdict, one.currency or ""
            sums[key] = _counted(sums.get(key), one)
            if one.verdict is verdict or (verdict is None and (everything or one.verdict is not Verdict.SAME)):
                rows.append(_compared(payer, one))
        order = sorted(sums, key=lambda key: (list(Verdict).index(key[0]), key[1]))
        shown = Comparison(items=tuple(rows), sums=tuple(sums[key] for key in order))
        return piece(shown, ComparedRow, by="client,day,stream,ref", sort=sort, after=after, limit=limit)


def month_of(period: str) -> tuple[date, date]:
    """Return the days of a month.

    Raises:
        SettingsError: It is none.
    """
    months = months_of(period)
    if len(months) > 1:
        raise SettingsError(f"{period} is more than a month.", hint="Months are billed one by one: 2026-10.")
    return months[0].days


def _compared(payer: Payer, one: Compared) -> ComparedRow:
    return ComparedRow(
        client=payer.name,
        connection=one.source.connection,
        stream=one.source.stream,
        ref=one.source.ref,
        sells=one.sells,
        day=one.day,
        about=one.about,
        verdict=one.verdict,
        ours=one.ours,
        theirs=one.theirs,
        currency=one.currency,
        reason=one.reason,
    )


def _counted(before: ComparedSum | None, one: Compared) -> ComparedSum:
    """Return what a verdict comes to with one record more."""
    none = in_cents(_ZERO, one.currency)
    count, ours, theirs = (0, none, none) if before is None else (before.pieces, before.ours, before.theirs)
    ours, theirs = ours + (one.ours or none), theirs + (one.theirs or none)
    return ComparedSum(verdict=one.verdict, pieces=count + 1, ours=ours, theirs=theirs, currency=one.currency)


def _draft(draft: Draft, digest: str) -> DraftRow:
    return DraftRow(
        client=draft.company,
        connection=draft.connection,
        ref=draft.company_ref,
        kind=draft.kind,
        digest=digest,
        lines=len(draft.lines),
        net=draft.net,
        currency=draft.currency,
    )


def _lines(draft: Draft, digest: str) -> Iterator[LineRow]:
    for number, line in enumerate(draft.lines, 1):
        yield LineRow(
            client=draft.company,
            connection=draft.connection,
            ref=draft.company_ref,
            digest=digest,
            kind=draft.kind,
            number=number,
            sells=line.sells,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            currency=draft.currency,
            served_on=line.served_on,
            sources=tuple(named(one) for one in line.sources),
        )


def named(source: Source) -> str:
    """Return a record as people read it."""
    return "/".join(one for one in (source.stream, source.ref, source.part) if one)


def _left(one: Left) -> LeftRow:
    return LeftRow(
        client=(one.payer or NOBODY).name,
        connection=one.source.connection,
        stream=one.source.stream,
        ref=one.source.ref,
        sells=one.sells,
        day=one.day,
        about=one.about,
        why=one.why,
        says=one.says,
    )
