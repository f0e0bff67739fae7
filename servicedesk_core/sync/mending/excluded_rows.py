"""What was stored before it was excluded goes at the next run, for good."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from sqlalchemy import delete, select, update

from servicedesk_core.domain import STREAMS
from servicedesk_core.store import Tx, bulk, histories
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.raws import Unpacker, pack, remember_shapes
from servicedesk_core.store.schema import (
    RECORDS,
    changes,
    children_read,
    progress,
    quarantine,
    record_issues,
    record_revisions,
    seen,
    staged,
)
from servicedesk_core.store.state import StoreState
from servicedesk_core.store.wiping import wiping
from servicedesk_core.sync.landing.excluded_companies import withhold
from servicedesk_core.sync.landing.excluder import Excluder
from servicedesk_core.sync.names import EVENTS, TICKETS
from servicedesk_core.sync.run import Run

DONE: Final = "core:exclude"
_AT_ONCE: Final = 1_000


async def purge(run: Run) -> None:
    """Take out of the store what the configuration excludes since the last run; some at a time, again after a crash."""
    exclusions = run.connection.exclusions
    state = StoreState(run.store, run.source_id)
    if (await state.get(DONE) or "") == exclusions.fingerprint:
        return
    for stream in sorted(exclusions.streams):
        await run.write(partial(_drop_stream, source_id=run.source_id, stream=stream))
    if exclusions.companies:
        await run.write(lambda tx: _drop_companies(tx, run))
    touched = {*exclusions.fields, *((EVENTS,) if TICKETS in exclusions.fields else ())}
    for stream in sorted(touched - exclusions.streams):
        excluder = Excluder(stream, exclusions, run.erased)
        after: int | None = 0
        while after is not None:
            after = await run.write(partial(_blank, source_id=run.source_id, excluder=excluder, after=after))
    if exclusions.fingerprint:
        await run.write(
            lambda tx: _drop_payloads(tx, run.source_id, exclusions.fields, everything=bool(exclusions.companies))
        )
    await state.put(DONE, exclusions.fingerprint)


def _drop_stream(tx: Tx, source_id: int, stream: str) -> None:
    wiping(tx)
    tx.execute(delete(RECORDS[stream]).where(RECORDS[stream].c.source_id == source_id))
    if stream == EVENTS:
        histories.forget(tx, source_id)
    for table, column in (
        (changes, "entity"),
        (children_read, "stream"),
        (quarantine, "stream"),
        (record_issues, "stream"),
        (record_revisions, "stream"),
    ):
        tx.execute(delete(table).where(table.c.source_id == source_id, table.c[column] == stream))
    mine = (progress.c.source_id == source_id) & (progress.c.stream == stream)
    ids = select(progress.c.pass_id).where(mine)
    for table in (seen, staged):
        tx.execute(delete(table).where(table.c.pass_id.in_(ids)))
    tx.execute(delete(progress).where(mine))


def _drop_companies(tx: Tx, run: Run) -> None:
    wiping(tx)
    companies, source_id, now = run.connection.exclusions.companies, run.source_id, run.clock.now()
    for stream, table in RECORDS.items():
        column = "external_id" if stream == "companies" else "company_ref"
        if column in table.c:
            query = f"SELECT external_id FROM {stream} WHERE source_id = {{source}} AND {column} IN {{values}}"  # noqa: S608
            ids = [row[0] for row in bulk.select_in(tx, query, source_id, companies)]
            withhold(tx, source_id, stream, ids, now=now)


def _blank(tx: Tx, source_id: int, excluder: Excluder, after: int) -> int | None:
    """Blank the fields of some records; return how far it came, or ``None`` at the end."""
    wiping(tx)
    table, codec = RECORDS[excluder.stream], codec_of(STREAMS[excluder.stream])
    query = (
        select(table.c.local_id, table.c.external_id, table.c.raw, *(table.c[name] for name in codec.names))
        .where(table.c.source_id + 0 == source_id, table.c.local_id > after)
        .order_by(table.c.local_id)
        .limit(_AT_ONCE)
    )
    unpacker = Unpacker(tx)
    rows: list[bulk.Row] = []
    packs = []
    found = tx.execute(query).all()
    for local_id, external_id, blob, *values in found:
        entity, is_hidden = excluder.blanked(codec.decode(external_id, values))
        encoded = codec.encode(entity)
        packed = None
        if blob is not None and not is_hidden:
            packed = pack(excluder.strip(unpacker.unpack(blob)))
            packs.append(packed)
        rows.append((*encoded.values, encoded.row_hash, packed.blob if packed else None, local_id))
    remember_shapes(tx, packs)
    bulk.update(tx, table, (*codec.names, "row_hash", "raw"), rows)
    forget = f"UPDATE changes SET states = NULL WHERE entity = '{excluder.stream}' AND local_id IN {{values}}"  # noqa: S608
    bulk.run_in(tx, forget, [row.local_id for row in found])
    if excluder.stream == EVENTS:
        histories.assess_events(tx, source_id, [row.local_id for row in found])
    return found[-1].local_id if len(found) == _AT_ONCE else None


def _drop_payloads(tx: Tx, source_id: int, streams: Iterable[str], *, everything: bool) -> None:
    wiping(tx)
    mine = quarantine.c.source_id == source_id
    if not everything:
        mine &= quarantine.c.stream.in_([*streams, EVENTS])
    tx.execute(update(quarantine).where(mine).values(raw=None))
    if not everything:
        tx.execute(delete(record_issues).where(record_issues.c.source_id == source_id,
                                                record_issues.c.stream.in_([*streams])))  # fmt: skip
