"""A page that a rebuild puts aside where something must not be stored: mapped and shielded first.

Payloads put aside as they came would hold the very companies, fields and people that must not be on the disk, for as
long as the rebuild takes. So the page is mapped at once, and what is put aside is what may be stored.
"""

from typing import Any

from servicedesk_core.domain import STREAMS, Entity, MappingIssue
from servicedesk_core.errors import MappingError
from servicedesk_core.store import Tx, records
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.raws import pack
from servicedesk_core.store.records import Incoming
from servicedesk_core.sync.landing.excluded_companies import sort_out
from servicedesk_core.sync.landing.excluder import Excluder
from servicedesk_core.sync.landing.intake import Arrived
from servicedesk_core.sync.landing.prepared import Prepared
from servicedesk_core.sync.landing.storing import Landing


def put_aside(excluder: Excluder, ready: Prepared) -> dict[str, Any]:
    """Return a prepared page as JSON, with nothing in it that must not be stored.

    Args:
        excluder: What must not be stored.
        ready: The page, prepared behind the excluder.
    """
    rows, rejected = [], [list(row) for row in ready.rejected]
    for row in ready.incoming:
        raw = ready.arrived[row.entity.external_id].raw
        try:
            kept = excluder.strip(raw) if row.raw is not None and excluder.keeps_raw else None
            rows.append([*_encoded(row.entity), kept, row.raw_hash.hex() if row.raw_hash else None])
        except MappingError as error:
            rejected.append([row.entity.external_id, excluder.quarantined(raw), error.message])
    return {
        "rows": rows,
        "also": {stream: [_encoded(one) for one in there.values()] for stream, there in ready.also.items()},
        "rejected": rejected,
        "issues": {
            external_id: [[issue.kind, issue.field, issue.value] for issue in found]
            for external_id, found in ready.issues.items()
        },
        "arrived": list(ready.arrived),
        "understood": ready.understood,
        "withheld": ready.withheld,
        "theirs": ready.theirs,
    }


def taken_up(tx: Tx, landing: Landing, page: dict[str, Any]) -> Prepared:
    """Return a page that was put aside, ready to land.

    Args:
        tx: The transaction that it will land in: what is known of its records is looked up anew.
        landing: How the stream is stored.
        page: What :func:`put_aside` made of it, in this very run.
    """
    arrived = {external_id: Arrived(external_id, {}, pack({})) for external_id in page["arrived"]}
    incoming = []
    for external_id, values, raw, raw_hash in page["rows"]:
        packed = None if raw is None else pack(raw)
        if packed is not None:
            packed = packed._replace(hash=bytes.fromhex(raw_hash))
            arrived[external_id] = Arrived(external_id, raw, packed)
        told = None if raw_hash is None else bytes.fromhex(raw_hash)
        incoming.append(Incoming(_decoded(landing.stream, external_id, values), packed, told, landing.version))
    ready = Prepared(
        arrived,
        incoming=incoming,
        known=records.known(tx, landing.source_id, landing.stream, arrived),
        also={
            stream: {i: _decoded(stream, i, values) for i, values in there} for stream, there in page["also"].items()
        },
        rejected=[Rejected(*row) for row in page["rejected"]],
        issues={
            external_id: tuple(MappingIssue(kind=kind, field=name, value=value) for kind, name, value in found)
            for external_id, found in page["issues"].items()
        },
        understood=page["understood"],
        withheld=page["withheld"],
        theirs=page["theirs"],
    )
    if landing.excluder and landing.excluder.exclusions.companies:  # what they hang on may be withheld by now
        sort_out(tx, landing.source_id, landing.excluder.exclusions.companies, ready)
    return ready


def _encoded(entity: Entity) -> tuple[str, tuple[Any, ...]]:
    return entity.external_id, codec_of(type(entity)).encode(entity).values


def _decoded(stream: str, external_id: str, values: list[Any]) -> Entity:
    return codec_of(STREAMS[stream]).decode(external_id, values)
