"""Whether files are still as they were when they were read last, so that they need not be read again.

That a pass has read them proves nothing: it may have died before its last page was stored. Core asks from a later
instant on only after it was. That size and stamps are as before proves nothing either while they are young, because two
writes may carry the same stamp, and the clocks of a file server and of this machine differ: until then the bytes are
compared.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from servicedesk_core.connectors.tabular.source import Part
from servicedesk_core.hooks.watchdog import still_working

YOUNG: Final = timedelta(hours=1)
"""How long a stamp proves nothing; more than clocks differ."""

HALF_WRITTEN: Final = "half_written"
"""Under which the id of the last row is remembered if no line end stood behind it: the row may not have been whole."""

_PIECE_BYTES = 1 << 20

Memory = dict[str, Any]
"""What is remembered of files between two passes; JSON."""


def remembered(parts: Iterable[Part], version: str, since: datetime | None) -> Memory:
    """Return what is remembered of a pass that reads files, as they are before it begins; reads them once, as bytes.

    Args:
        parts: The files.
        version: Version of the mapping.
        since: From when on the pass was asked for changes; ``None`` = it was asked for everything.
    """
    parts = list(parts)
    return {
        "version": version,
        "files": _signature(parts),
        "content": _content(parts),
        "since": None if since is None else since.isoformat(),
        "settled": None,
    }


def look(known: Memory, parts: Iterable[Part], version: str, *, since: datetime, now: datetime) -> Memory | None:
    """Return what to remember of files that hold nothing that the store does not, or ``None`` when they must be read.

    Args:
        known: What is remembered of them; nothing as long as no pass has ended.
        parts: The files.
        version: Version of the mapping.
        since: From when on changes are asked for now.
        now: The current instant.
    """
    parts = list(parts)
    stats = [part.path.stat() for part in parts]
    newest = max(max(stat.st_mtime, stat.st_ctime) for stat in stats)
    if not known:
        return {} if newest < since.timestamp() else None
    if known.get("version") != version or known.get("files") != _signature(parts):
        return None
    if known["since"] is not None and since <= datetime.fromisoformat(known["since"]):
        return None
    touched = [stat.st_ctime_ns for stat in stats]
    if known["settled"] == touched:
        return known
    if known["content"] != _content(parts):
        return None
    return known if newest >= (now - YOUNG).timestamp() else {**known, "settled": touched}


def _signature(parts: Iterable[Part]) -> list[list[Any]]:
    return [[str(part.path), (stat := part.path.stat()).st_size, stat.st_mtime_ns, part.head()] for part in parts]


def _content(parts: Iterable[Part]) -> str:
    whole = blake2b(digest_size=16)
    for part in parts:
        with part.path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                whole.update(piece)
                still_working()
    return whole.hexdigest()
