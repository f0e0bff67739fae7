"""What stands for a record that is billed: other content, another client, contract or price is another mark."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, FromClause, and_, select

from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.tables.places import COMPANY, CONTRACT, TIME
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.schema import RECORDS

_AT_ONCE: Final = 400
"""Values of one condition."""

PRICED_BY: Final = "its client, contract or rate"
"""What changes a mark besides the record itself, for people."""

_TERMS: Final = (
    "kind", "company_ref", "is_active", "excluded_role_refs", "excluded_billing_code_refs", "start_on", "end_on",
    "gone_at",
)  # fmt: skip
"""What of a contract decides what is billed."""


def marks(tx: Tx, among: Iterable[Source]) -> dict[Source, bytes]:
    """Return what stands for the records of sources as the store has them now; one that is gone has none.

    Args:
        tx: Any transaction.
        among: The sources; what is no record of a stream has none.
    """
    by_stream: defaultdict[tuple[str, str], list[Source]] = defaultdict(list)
    for one in among:
        if one.stream in RECORDS:
            by_stream[one.connection, one.stream].append(one)
    ids = {one.name: one.id for one in sources.all(tx)}
    found: dict[Source, bytes] = {}
    for (connection, stream), several in by_stream.items():
        if connection in ids:
            made = _marks(tx, ids[connection], stream, sorted({one.ref for one in several}))
            found |= {one: made[one.ref] for one in several if one.ref in made}
    return found


def _marks(tx: Tx, source_id: int, stream: str, refs: Sequence[str]) -> dict[str, bytes]:
    of = RECORDS[stream].c
    found_in, about = _about(stream)
    rows: list[Any] = []
    for some in _some(refs):
        query = select(of.external_id, of.row_hash, *about).select_from(found_in)
        query = query.where(of.source_id == source_id, of.external_id.in_(some), of.gone_at.is_(None))
        rows += tx.execute(query)
    if not about:
        return {row.external_id: bytes(row.row_hash) for row in rows}
    prices = _Prices(tx, source_id, rows)
    return {row.external_id: prices.mark(row) for row in rows}


def _about(stream: str) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """Return where the records of a stream are, with whose they are and what they are priced by."""
    table, of = RECORDS[stream], RECORDS[stream].c
    if stream == "time_entries":
        return TIME, [COMPANY.label("company"), CONTRACT.label("contract"), of.role_ref.label("role")]
    if stream == "charges":
        tickets = RECORDS["tickets"]
        on = and_(tickets.c.source_id == of.source_id, tickets.c.external_id == of.ticket_ref)
        return table.outerjoin(tickets, on), [tickets.c.company_ref.label("company")]
    if stream in {"contract_units", "contract_services", "contract_blocks"}:
        return table, [of.contract_ref.label("contract")]
    return table, []


class _Prices:
    """What contracts, their rates and blocks, and roles say of some records, read once."""

    def __init__(self, tx: Tx, source_id: int, rows: Iterable[Any]) -> None:
        self._tx, self._source_id = tx, source_id
        found = [row._mapping for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for a row as a mapping
        contracts, roles = ({one[key] for one in found if one.get(key)} for key in ("contract", "role"))
        self._terms = self._read("contracts", "external_id", contracts, *_TERMS)
        self._rates = self._read(
            "contract_rates", "contract_ref", contracts, "role_ref", "hourly_price", "own_hourly_price", "currency"
        )
        self._blocks = self._read("contract_blocks", "contract_ref", contracts, "hourly_price", "currency")
        self._roles = self._read("roles", "external_id", roles, "hourly_price")

    def mark(self, row: Any) -> bytes:
        """Return what stands for a record with all of that."""
        about = row._mapping  # noqa: SLF001  # as above
        contract, role = about.get("contract"), about.get("role")
        told: list[Any] = [about.get("company"), contract, self._terms.get(contract)]
        if role is not None:
            rates = [one for one in self._rates.get(contract, ()) if one[0] == role]
            told += [rates, self._roles.get(role), self._blocks.get(contract)]
        return hashlib.sha256(bytes(row.row_hash) + orjson.dumps(told)).digest()

    def _read(self, stream: str, named_by: str, wanted: set[str], *fields: str) -> dict[str | None, list[list[Any]]]:
        of = RECORDS[stream].c
        found: defaultdict[str | None, list[list[Any]]] = defaultdict(list)
        for some in _some(sorted(wanted)):
            query = select(of[named_by], *(of[name] for name in fields)).where(of.source_id == self._source_id)
            if stream != "contracts":
                query = query.where(of.gone_at.is_(None))
            for named, *values in self._tx.execute(query.where(of[named_by].in_(some)).order_by(of.local_id)):
                found[named].append(values)
        return dict(found)


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE))
