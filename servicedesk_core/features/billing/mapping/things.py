"""What of a PSA is linked to a ledger, and what of the ledger it may be."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import Row, Select, func, select

from servicedesk_core.domain.billing import Customer
from servicedesk_core.features.billing.drafts import Sold
from servicedesk_core.features.billing.mapping.links import ROUNDING, Books, Key, Linkable, Target, usual_target
from servicedesk_core.features.billing.mapping.matching import Known
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.schema import RECORDS

_TAX_LABEL: Final = re.compile(r"\b(vat|tax|gst|abn|ust)\b", re.IGNORECASE)
"""How fields are called that people made for a tax number."""


Place = tuple[str, str, str]
"""Connection, stream and id of something."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of a PSA that is linked, or a sort of lines.

    Attributes:
        sort: What it is.
        connection: Its connection; empty = a sort of lines.
        known: What is known of it.
        is_active: Whether it is in use.
    """

    sort: Linkable
    connection: str
    known: Known
    is_active: bool = True

    @property
    def name(self) -> str:
        """What people call it."""
        return self.known.names[0]

    def key(self, target: Target | None = None) -> Key:
        """Return by what its link is found."""
        stream = (target or usual_target(self.sort)).entity.stream
        return Key(self.connection, self.sort.stream, self.known.ref, stream)


def things(
    tx: Tx, sorts: Collection[Linkable] = tuple(Linkable), used: Collection[Place] = frozenset()
) -> Iterator[Thing]:
    """Yield what can be linked, in the order of the sorts.

    Args:
        tx: Any transaction.
        sorts: Which sorts.
        used: What is in use although the PSA says that it is not: a client who left owes the last bills.
    """
    connections = {one.id: one.name for one in sources.all(tx)}
    for sort in sorts:
        if sort is Linkable.DEFAULT:
            yield from (Thing(sort, "", Known(ref, (ref,))) for ref in (*(one.value for one in Sold), ROUNDING))
            continue
        for row in tx.execute(_QUERIES[sort]):
            one = _thing(sort, connections[row.source_id], row)
            yield replace(one, is_active=True) if one.key()[:3] in used else one


def known_of(books: Books, target: Target) -> Iterator[Known]:
    """Yield what of a ledger documents may name."""
    for (stream, ref), one in books.records.items():
        if stream != target.entity.stream or books.record(stream, ref) is not one:
            continue
        match one:
            case Customer():
                names = tuple(dict.fromkeys(name for name in (one.name, one.legal_name) if name))
                yield Known(ref, names, one.number, one.tax_number, one.email)
            case _:
                yield Known(ref, (one.name,), one.code)


_C, _P, _S, _B, _R = (
    RECORDS[one].c for one in ("companies", "products", "contract_services", "billing_codes", "roles")
)

_QUERIES: Final[dict[Linkable, Select[Any]]] = {
    Linkable.COMPANY: select(
        _C.source_id, _C.external_id, _C.name, _C.number, _C.custom_fields, _C.website, _C.is_active
    )
    .where(_C.gone_at.is_(None), _C.is_own.is_not(True))
    .order_by(_C.name, _C.local_id),
    Linkable.PRODUCT: select(_P.source_id, _P.external_id, _P.name, _P.sku.label("number"), _P.is_active)
    .where(_P.gone_at.is_(None))
    .order_by(_P.name, _P.local_id),
    Linkable.SERVICE: select(_S.source_id, _S.service_ref.label("external_id"), func.min(_S.name).label("name"))
    .where(_S.gone_at.is_(None), _S.service_ref.is_not(None))
    .group_by(_S.source_id, _S.service_ref)
    .order_by(func.min(_S.name), _S.service_ref),
    Linkable.CONTRACT_SERVICE: select(
        _S.source_id, _S.external_id, _S.name, _S.service_ref.is_(None).label("is_active")
    )
    .where(_S.gone_at.is_(None))
    .order_by(_S.name, _S.local_id),
    Linkable.CODE: select(_B.source_id, _B.external_id, _B.name, _B.external_number.label("number"), _B.is_active)
    .where(_B.gone_at.is_(None))
    .order_by(_B.name, _B.local_id),
    Linkable.ROLE: select(_R.source_id, _R.external_id, _R.name, _R.is_active)
    .where(_R.gone_at.is_(None))
    .order_by(_R.name, _R.local_id),
}
"""A service that many contracts sell is linked once; its places on contracts are listed only where one is linked."""


def _thing(sort: Linkable, connection: str, row: Row[Any]) -> Thing:
    ref = row.external_id
    number, fields, page, is_active = (
        getattr(row, name, None) for name in ("number", "custom_fields", "website", "is_active")
    )
    return Thing(
        sort, connection, Known(ref, (row.name or ref,), number, _tax_number(fields), page), is_active is not False
    )


def _tax_number(fields: str | None) -> str | None:
    """Return the tax number among the fields that people made."""
    told: dict[str, str | None] = orjson.loads(fields or "{}")
    return next((text for label, text in told.items() if text and _TAX_LABEL.search(label)), None)
