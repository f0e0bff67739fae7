"""What the kit tells about its requests: for ``--debug``, metrics and counts. No bodies, no queries, no secrets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEvent:
    """Something happened to a request.

    Attributes:
        kind: ``start`` before bytes are sent, ``end`` after each exchange, ``retry`` before a wait.
        connection: Name of the connection.
        method: HTTP method.
        route: Route template without ids.
        attempt: Number of the attempt, from 1.
        status: HTTP status, when there was an answer.
        elapsed_s: Duration of the exchange.
        bytes_sent: Size of the request's body.
        bytes_received: Size of the answer's body after decompression.
        wait_s: Wait before the next attempt, for ``retry``.
        error: Code of the error or failure, if any.
    """

    kind: Literal["start", "end", "retry"]
    connection: str
    method: str
    route: str
    attempt: int
    status: int | None = None
    elapsed_s: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    wait_s: float | None = None
    error: str | None = None


TraceHook = Callable[[TraceEvent], None]
"""Called in the event loop: must be quick and must not raise."""
