"""References to records that the store does not have, fetched in batches at the end of a run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.store import Tx, changes, passes, records
from servicedesk_core.store.schema import quarantine, seen
from servicedesk_core.store.state import StoreState
from servicedesk_core.sync.mending.fetching import fetch
from servicedesk_core.sync.run import Run, StreamRun

_ABSENT: Final = frozenset({FetchStatus.MISSING, FetchStatus.DENIED, FetchStatus.MERGED})

ANSWERED: Final = "dangling"
"""Pass under which references are remembered that the vendor does not have or does not show."""


CHECKED: Final = "core:dangling"
"""Key of a connection's memory: how far in the changes feed all references were followed, and when all of them were."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """References to ask for.

    Attributes:
        refs: Ids by stream.
        seq: Position in the changes feed up to which references were looked at.
        since: When all records were last looked at, not only news.
        is_all: Whether nothing was left for another run.
    """

    refs: dict[str, list[str]]
    seq: int
    since: datetime
    is_all: bool


async def fetch_dangling(stream: StreamRun, refs: list[str], *, mode: str) -> None:
    """Fetch referenced records of one stream.

    Args:
        stream: The stream that the references point at.
        refs: What the store does not have.
        mode: For the changes feed.
    """
    outcomes = await fetch(stream, refs, mode=mode)
    absent = [r for r, o in outcomes.items() if o.status in _ABSENT]
    if absent:
        now = stream.run.clock.now()
        await stream.run.write(
            lambda tx: passes.note_seen(tx, passes.start(tx, stream.key(ANSWERED), now).pass_id, absent)
        )


async def wanted(run: Run, streams: list[StreamRun]) -> Wanted:
    """Return which references should be asked for now.

    Only what changed since the last look is looked at; everything is, from time to time. What waits in quarantine is
    there and only not understood. What the vendor answered to be absent is not asked for again until the memory of a
    stream is forgotten as a whole.

    Args:
        run: The run.
        streams: Streams whose records the connector can fetch.
    """
    now = run.clock.now()
    forget_before = now - timedelta(seconds=run.limits.ask_again_s)
    mark = await StoreState(run.store, run.source_id).get(CHECKED)
    since = datetime.fromisoformat(mark["since"]) if mark is not None else None
    is_news = since is not None and forget_before <= since <= now

    def absentees(tx: Tx) -> dict[str, set[str]]:
        absent: dict[str, set[str]] = {}
        for stream in streams:
            memory = passes.resume_of(tx, stream.key(ANSWERED))
            if memory is not None and memory.started_at < forget_before:
                passes.discard(tx, memory.pass_id)
                memory = None
            mine = (quarantine.c.source_id == run.source_id) & (quarantine.c.stream == stream.stream)
            absent[stream.stream] = set(tx.execute(select(quarantine.c.external_id).where(mine)).scalars())
            if memory is not None:
                query = select(seen.c.external_id).where(seen.c.pass_id == memory.pass_id)
                absent[stream.stream].update(tx.execute(query).scalars())
        return absent

    absent = await run.write(absentees)
    limit = run.limits.dangling + max(map(len, absent.values()), default=0)

    def look(tx: Tx) -> tuple[int, dict[str, list[str]]]:
        after = mark["seq"] if mark is not None and is_news else None
        return changes.head(tx), records.dangling(tx, run.source_id, limit, after_seq=after, targets=absent)

    seq, found = await run.store.read(look)
    open_refs = {s.stream: [r for r in found.get(s.stream, ()) if r not in absent[s.stream]] for s in streams}
    return Wanted(
        refs={name: refs[: run.limits.dangling] for name, refs in open_refs.items() if refs},
        seq=seq,
        since=since if since is not None and is_news else now,
        is_all=all(len(refs) <= run.limits.dangling for refs in open_refs.values()),
    )


async def remember(run: Run, done: Wanted) -> None:
    """Note that all references up to a position were followed."""
    await StoreState(run.store, run.source_id).put(CHECKED, {"seq": done.seq, "since": done.since.isoformat()})
