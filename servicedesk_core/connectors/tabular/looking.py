"""Whether files are still as they were when they were read last, so that they need not be read again."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from servicedesk_core.connectors.tabular.source import Part
from servicedesk_core.hooks.watchdog import still_working

_PIECE_BYTES = 1 << 20


def remembered(parts: Iterable[Part], version: str, since: datetime | None) -> dict[str, Any]:
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
    }


def is_untouched(known: dict[str, Any] | None, parts: Iterable[Part], version: str, since: datetime) -> bool:
    """Return whether files hold nothing that the store does not.

    That a pass has read them proves nothing: it may have died before its last page was stored. Core asks from a later
    instant on only after it was. Stamps prove nothing either for as long as core looks back, because two writes may
    carry the same one: until then the bytes are compared.

    Args:
        known: What is remembered of the last pass; ``None`` = of none.
        parts: The files.
        version: Version of the mapping.
        since: From when on changes are asked for now.
    """
    parts = list(parts)
    if known is None:
        return _is_older(parts, since)
    if known.get("version") != version or known.get("files") != _signature(parts):
        return False
    if known["since"] is not None and since <= datetime.fromisoformat(known["since"]):
        return False
    return _is_older(parts, since) or bool(known["content"] == _content(parts))


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


def _is_older(parts: Iterable[Part], since: datetime) -> bool:
    stats = [part.path.stat() for part in parts]
    return all(max(stat.st_mtime, stat.st_ctime) < since.timestamp() for stat in stats)
