"""What goes wrong in this vendor's own way; the rest of the fault script is the kit's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

from servicedesk_core.sandboxing import Fault, Response, json_response
from servicedesk_core.sandboxing import faults as kit
from servicedesk_core.sandboxing.asgi import JSON

KINDS = frozenset({"huge", "repeat_page", "expired_token", "noisy_client", "workflow_revert", "workflow_set"})
_OWN = {"bytes", "requests", "set"}
_CHUNK = b"x" * 65_536


def entries_of(entries: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a script as the kit takes them.

    Args:
        entries: Fields of the kit's :class:`Fault`; beside them ``bytes``, the size of ``huge``, ``requests``, which
            ``noisy_client`` adds, and ``set``, the fields that ``workflow_set`` sets after the write.
    """
    for entry in entries:
        known = {key: value for key, value in entry.items() if key not in _OWN}
        yield {"body": {"errors": []}, **known, "more": {key: entry[key] for key in _OWN & entry.keys()}}


def workflow(fault: Fault) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None:
    """The rule of the tenant that acts on the write of this call, if the fault is of that sort."""
    if fault.kind == "workflow_revert":
        return lambda before, row: {
            name: value
            for name, value in before.items()
            if row.get(name) != value and name in {"status", "priority", "queueID", "warrantyExpirationDate"}
        }
    if fault.kind == "workflow_set":
        return lambda _before, _row: dict(fault.more.get("set", {}))
    return None


def instead(fault: Fault, last_page: bytes | None) -> Response | None:
    """Return the answer that a fault gives without asking the desk, if it is of that sort."""
    if fault.kind == "expired_token":
        return json_response({"Message": "Authorization has been denied for this request."}, 401)
    if fault.kind == "huge":
        return Response(200, stream=_huge(fault.more.get("bytes", 600_000_000)))
    if fault.kind == "repeat_page" and last_page is not None:
        return Response(200, last_page)
    response = kit.instead(fault)
    if response is not None and fault.kind == "status":
        response.content_type = JSON  # this vendor says so of everything
    return response


async def _huge(size: int) -> AsyncIterator[bytes]:
    yield b'{"items":[{"id":1,"title":"'
    for _ in range(size // len(_CHUNK)):
        yield _CHUNK
        await asyncio.sleep(0)
    yield b'"}],"pageDetails":{"count":1,"requestCount":500,"prevPageUrl":null,"nextPageUrl":null}}'
