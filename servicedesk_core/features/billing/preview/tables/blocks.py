"""Hours bought in advance: what the work that waits uses up of them, and what they do not hold of it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import func, or_, select

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.preview.rules import HELD, Block, Rate, overdrawn
from servicedesk_core.features.billing.preview.tables.asked import AT_ONCE, FEW, Asked
from servicedesk_core.features.billing.tables.places import CONTRACT, TIME, Posted, is_to_pay
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

Key = tuple[int, str]

_E = RECORDS["time_entries"].c


class Blocks:
    """What contracts of hours bought in advance hold.

    All approved work that waits uses them up, in the order of its days, of whichever client and month; what the PSA has
    posted it counts itself. Work that a document of ours bills as a whole used nothing.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        of = RECORDS["contract_blocks"].c
        query = select(
            of.source_id, of.contract_ref, of.start_on, of.end_on, of.bought_s, of.used_s, of.hourly_price, of.currency,
            func.coalesce(of.is_active, True).label("is_active"),
        ).where(of.gone_at.is_(None), of.contract_ref.is_not(None))  # fmt: skip
        self._bought: defaultdict[Key, list[Any]] = defaultdict(list)
        for row in asked.tx.execute(query.order_by(of.start_on, of.local_id)):
            self._bought[row.source_id, row.contract_ref].append(row)

    def rate(self, contract: Key) -> Rate | None:
        """Return what an hour of the newest block of a contract cost; ``None`` = nothing says it."""
        newest = next(reversed(self._bought.get(contract, [])), None)
        if newest is None or newest.hourly_price is None:
            return None
        return Rate(from_micro(newest.hourly_price), newest.currency)

    def over(self, contract: Key, entry: str) -> int | None:
        """Return what the blocks do not hold of a time entry, in seconds; ``None`` = nobody knows what they hold."""
        return self._over.get((contract[0], entry), 0) if contract in self._known else None

    @cached_property
    def _known(self) -> frozenset[Key]:
        """Contracts of which is known what all their blocks hold."""
        return frozenset(
            contract
            for contract, bought in self._bought.items()
            if not any(one.is_active and (one.bought_s is None or one.used_s is None) for one in bought)
        )

    @cached_property
    def _over(self) -> dict[Key, int]:
        """What blocks do not hold, by time entry; what they hold is not in it."""
        found: dict[Key, int] = {}
        for contract, several in groupby(self._waiting(), key=lambda one: (one[0].source_id, one[0].contract)):
            rows = sorted(several, key=itemgetter(1))
            over = overdrawn(self._held(contract), [(day, int(row.seconds)) for row, day in rows])
            found |= {
                (contract[0], row.external_id): seconds for (row, _), seconds in zip(rows, over, strict=True) if seconds
            }
        return found

    def _held(self, contract: Key) -> list[Block]:
        return [
            Block(
                (self._asked.day(one.start_on) or date.min, self._asked.day(one.end_on) or date.max),
                (one.bought_s or 0) - (one.used_s or 0),
            )
            for one in self._bought.get(contract, [])
            if one.is_active
        ]

    def _waiting(self) -> Iterator[tuple[Any, date]]:
        """Yield approved work until the last day that nobody posted, with its day, contract by contract."""
        asked, posted = self._asked, Posted("time_entries", "time_entry_ref")
        kept = [ref for (_, ref), one in asked.terms.items() if one.kind is ContractKind.BLOCK_HOURS]
        query = (
            select(
                _E.source_id, _E.external_id, CONTRACT.label("contract"), _E.work_date, _E.start_at,
                func.coalesce(_E.billed_s, _E.worked_s, 0).label("seconds"),
            )
            .select_from(posted.joined(TIME))
            .where(is_to_pay("time_entries"), posted.are_not, _E.approved_at.is_not(None))
            .where(CONTRACT.is_not(None) if len(kept) > FEW else CONTRACT.in_(kept))
            .where(or_(_E.work_date <= asked.last.isoformat(), _E.work_date.is_(None)))
            .order_by(_E.source_id, "contract", _E.work_date, _E.start_at, _E.local_id)
        )  # fmt: skip
        rows = asked.tx.execute(query.execution_options(yield_per=1_000))
        while several := tuple(islice(rows, AT_ONCE)):
            held = [asked.source(row.source_id, "time_entries", row.external_id, HELD) for row in several]
            billed = asked.billed(held)
            for row, source in zip(several, held, strict=True):
                day = asked.day(row.work_date, row.start_at)
                if day is not None and day <= asked.last and self._uses_up(row) and source not in billed:
                    yield row, day

    def _uses_up(self, row: Any) -> bool:
        terms = self._asked.terms.get((row.source_id, row.contract))
        return terms is not None and terms.kind is ContractKind.BLOCK_HOURS
