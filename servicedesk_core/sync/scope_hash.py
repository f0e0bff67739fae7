"""What a connection is asked for, as one short text: another scope means another backfill."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson


def scope_hash(stream: str, *, since: datetime | None, filters: Mapping[str, Any] | None = None) -> str:
    """Name the scope of one stream.

    Args:
        stream: Name of the stream.
        since: How far back the stream is wanted; ``None`` = everything.
        filters: Whatever else of the configuration decides which records belong to the stream: exclusions, queues.
            JSON types; the order of keys does not matter.
    """
    canonical = orjson.dumps(
        {"stream": stream, "since": since, "filters": dict(filters or {})},
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return blake2b(canonical, digest_size=12).hexdigest()
