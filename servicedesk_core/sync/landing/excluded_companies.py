"""Records of companies that must not be stored, and of what hangs on them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Final

from sqlalchemy import select

from servicedesk_core.domain import Entity
from servicedesk_core.store import Tx, bulk, passes, records
from servicedesk_core.store.passes import PassKey
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.schema import RECORDS, seen
from servicedesk_core.sync.landing.prepared import Prepared
from servicedesk_core.sync.names import TICKETS

WITHHELD: Final = "withheld"
PARENTS: Final = (("ticket_ref", "tickets"), ("project_ref", "projects"), ("contract_ref", "contracts"),
                  ("task_ref", "tasks"))  # fmt: skip
"""Where a record that names no company hangs; the first that it has counts."""

UNKNOWN = "It hangs on a record that is not here, so nobody can say whether it belongs to an excluded company."


def parent_of(entity: Entity) -> tuple[str, str] | None:
    """Return stream and id of what a record hangs on."""
    for name, stream in PARENTS:
        if ref := getattr(entity, name, None):
            return stream, ref
    return None


def sort_out(tx: Tx, source_id: int, companies: Collection[str], ready: Prepared) -> None:
    """Keep only records of which it is known that they belong to no excluded company.

    A record that hangs on something unknown waits in quarantine, without its payload, until somebody tries it again.
    """
    parents: dict[str, set[str]] = {}
    for row in ready.incoming:
        if getattr(row.entity, "company_ref", None) is None and (parent := parent_of(row.entity)) is not None:
            parents.setdefault(parent[0], set()).add(parent[1])
    there = {name: set(records.known(tx, source_id, name, refs)) for name, refs in parents.items()}
    gone = {name: remembered(tx, source_id, name, refs) for name, refs in parents.items()}
    kept = []
    for row in ready.incoming:
        entity = row.entity
        parent = parent_of(entity)
        if _company_of(entity) in companies:
            ready.withheld.append(entity.external_id)
        elif getattr(entity, "company_ref", None) is not None or parent is None:
            kept.append(row)
        elif parent[1] in gone[parent[0]]:
            ready.withheld.append(entity.external_id)
        elif parent[1] in there[parent[0]]:
            kept.append(row)
        else:
            ready.understood = [one for one in ready.understood if one != entity.external_id]
            ready.rejected.append(Rejected(entity.external_id, None, UNKNOWN))
    ready.incoming = kept
    for other_stream, others in list(ready.also.items()):
        ready.also[other_stream] = {i: e for i, e in others.items() if _company_of(e) not in companies}


def _company_of(entity: Entity) -> str | None:
    return entity.external_id if entity.stream == "companies" else getattr(entity, "company_ref", None)


def withhold(tx: Tx, source_id: int, stream: str, ids: Iterable[str], *, now: datetime) -> None:
    """Remember, as digests, what is withheld; what was stored of it before goes, with what hangs on it.

    It goes for good and tells nobody: the changes feed would name it.
    """
    many = list(ids)
    whole = passes.start(tx, _key(source_id, stream), now)
    passes.note_seen(tx, whole.pass_id, [_digest(one) for one in many])
    for local_id_stream, local_ids in _tree(tx, source_id, stream, many).items():
        forget(tx, local_id_stream, local_ids)


def remembered(tx: Tx, source_id: int, stream: str, ids: Iterable[str]) -> set[str]:
    """Return those ids that are withheld."""
    whole = passes.resume_of(tx, _key(source_id, stream))
    if whole is None:
        return set()
    digests = {_digest(one): one for one in ids}
    query = select(seen.c.external_id).where(seen.c.pass_id == whole.pass_id, seen.c.external_id.in_(list(digests)))
    return {digests[found] for found in tx.execute(query).scalars()}


def forget(tx: Tx, stream: str, local_ids: Collection[int]) -> None:
    """Delete records for good, with what the feed says of them."""
    theirs = f"SELECT source_id, external_id FROM {stream} WHERE local_id IN {{values}}"  # noqa: S608
    if stream == TICKETS:
        bulk.run_in(tx, f"DELETE FROM ticket_histories WHERE (source_id, ticket_ref) IN ({theirs})", local_ids)  # noqa: S608
    for query in (f"DELETE FROM record_issues WHERE stream = '{stream}' AND (source_id, external_id) IN ({theirs})",  # noqa: S608
                  f"DELETE FROM {stream} WHERE local_id IN {{values}}",  # noqa: S608
                  f"DELETE FROM changes WHERE entity = '{stream}' AND local_id IN {{values}}"):  # fmt: skip  # noqa: S608
        bulk.run_in(tx, query, local_ids)


def _tree(tx: Tx, source_id: int, stream: str, ids: list[str]) -> dict[str, list[int]]:
    """Return the desk's own ids of records and of everything that hangs on them."""
    found: dict[str, list[int]] = {}
    query = f"SELECT local_id, external_id FROM {stream} WHERE source_id = {{source}} AND external_id IN {{values}}"  # noqa: S608
    rows = bulk.select_in(tx, query, source_id, ids)
    found[stream] = [row[0] for row in rows]
    refs = [row[1] for row in rows]
    if not refs:
        return found
    for child, table in RECORDS.items():
        column = next((name for name, parent in PARENTS if parent == stream and name in table.c), None)
        if "company_ref" in table.c:  # whoever names a company belongs to that one
            column = "company_ref" if stream == "companies" else None
        if column is not None and child != stream:
            below = f"SELECT external_id FROM {child} WHERE source_id = {{source}} AND {column} IN {{values}}"  # noqa: S608
            inside = [row[0] for row in bulk.select_in(tx, below, source_id, refs)]
            for name, local_ids in (_tree(tx, source_id, child, inside) if inside else {}).items():
                found[name] = [*found.get(name, ()), *local_ids]
    return found


def _key(source_id: int, stream: str) -> PassKey:
    return PassKey(source_id, stream, "", WITHHELD, "", "")


def _digest(external_id: str) -> str:
    return blake2b(external_id.encode("utf-8", "replace"), digest_size=12).hexdigest()
