"""A request on its way from the caller to the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from servicedesk_core.http.urls import Params, Target
from servicedesk_core.ports import Receiver


class RequestOptions(TypedDict, total=False):
    """Keyword arguments of :meth:`HttpClient.request`, where they are documented."""

    params: Params | None
    json: Any
    content: bytes | None
    headers: Mapping[str, str] | None
    endpoint: str
    reserved: bool
    timeout_s: float | None
    into: Receiver | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A checked request, ready to be sent any number of times.

    Attributes:
        method: Upper-case method.
        target: Where it goes.
        route: Route template, free of ids.
        writes: Whether it changes the vendor's data.
        endpoint: Whose concurrency limit counts.
        reserved: Whether the quota's share for incremental work may be used.
        cost: How many requests of the quota it counts for.
        headers: All header fields but the credentials.
        content: Body.
        timeout_s: Longest duration of one exchange.
        into: Takes the body of a successful answer; ``None`` = it is kept in the answer.
    """

    method: str
    target: Target
    route: str
    writes: bool
    endpoint: str
    reserved: bool
    cost: int
    headers: Mapping[str, str]
    content: bytes | None
    timeout_s: float
    into: Receiver | None = None
