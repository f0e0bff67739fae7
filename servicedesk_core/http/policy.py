"""What a connector declares about its vendor's HTTP interface: plain data, no behaviour."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from servicedesk_core.http.rules import Rule
from servicedesk_core.ports import BudgetPolicy

if TYPE_CHECKING:
    from servicedesk_core.http.auth import Auth
    from servicedesk_core.http.response import Response

MIB = 1024 * 1024


class Field(Enum):
    """What a route may ask of a field beside a value."""

    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Route:
    """Which requests write, and which grant allows them; what a request costs.

    The first route that matches decides. ``GET`` and ``HEAD`` without a route read; any other method without a
    route is refused, so that a request nobody thought about can't change the vendor's data.

    Attributes:
        method: HTTP method, or ``*`` for all.
        path_pattern: Path below ``base_url``, or a whole URL pattern for trusted origins. ``{name}`` stands for one
            segment, ``{name:path}`` for the rest. Letters match without regard to case.
        grant: Grant needed, for example ``tickets.update``; ``None`` = the request reads.
        or_grants: Other grants of which one is enough too, where several kinds of writes take the same step.
        body: Fields that the JSON body must hold with exactly these values, or :class:`Field`, for the route to match;
            of an array every item. It tells apart what a vendor does at one address: an internal and a public note,
            or a new record and a changed one.
        header: Name of a header field and a regular expression that its whole value must match, for vendors that name
            the operation there, such as SOAP's ``SOAPAction``.
        cost: How many requests of the vendor's quota one counts for.

    Raises:
        ValueError: ``cost`` is less than 1.
    """

    method: str
    path_pattern: str
    grant: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    header: tuple[str, str] | None = None
    cost: int = 1
    or_grants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a request that would not be counted."""
        if self.cost < 1:
            message = "a request counts for one at least"
            raise ValueError(message)

    def takes(self, json: Any, headers: Mapping[str, str]) -> bool:
        """Return whether a JSON body and the header fields of a request meet the conditions."""
        if self.header is not None:
            name, expression = self.header
            value = next((value for key, value in headers.items() if key.lower() == name.lower()), "")
            if not re.fullmatch(expression, value):
                return False
        if not self.body:
            return True
        items = json if isinstance(json, list) else [json]
        return bool(items) and all(isinstance(item, Mapping) and self._is_met_by(item) for item in items)

    def _is_met_by(self, item: Mapping[str, Any]) -> bool:
        return all(
            (name in item) is (value is Field.PRESENT)
            if isinstance(value, Field)
            else name in item and type(item[name]) is type(value) and item[name] == value
            for name, value in self.body.items()
        )


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently reads are tried again; writes only when nothing was sent.

    Attributes:
        attempts: Attempts in all, the first included; 1 = never try again.
        first_wait_s: Wait before the second attempt; doubles with each further one, with jitter.
        max_wait_s: Longest wait of our own choice between two attempts.
        min_wait_s: Shortest wait, also when the vendor says ``Retry-After: 0``.
        max_retry_after_s: Longest wait on the vendor's demand. A longer one is not waited for: the error goes to the
            caller at once and carries ``retry_after_s``.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    max_wait_s: float = 60.0
    min_wait_s: float = 0.5
    max_retry_after_s: float = 300.0


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When to stop asking a vendor that is down.

    Attributes:
        failures: Consecutive failures (no connection, time-out, 5xx) that open the circuit.
        open_s: How long requests are refused unsent; then one probe is let through.
    """

    failures: int = 10
    open_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProfile:
    """Everything the kit must know about one vendor interface.

    Attributes:
        base_url: Relative paths are joined below it. ``https``, or ``http`` on loopback.
        vendor: Vendor id; with ``account`` and the request's ``endpoint`` it forms the budget key.
        account: The vendor's name of the tenant, shared by all connections to it.
        auth: Credentials; ``None`` = none needed.
        budget: What the vendor account allows.
        rules: Classification of answers; the first match wins, before the defaults.
        routes: Which requests write.
        headers: Sent with every request.
        connect_timeout_s: Longest wait for a connection.
        read_timeout_s: Longest silence while sending or receiving.
        total_timeout_s: Longest duration of one attempt, a trickling body included.
        max_body_bytes: Largest decoded body; a larger one is a :class:`ProtocolError` and is never held in memory.
        max_connections: Connections open at once.
        retry: Retries.
        breaker: Circuit breaker.
        trusted_origins: Origins (``https://host[:port]``) besides that of ``base_url`` to which credentials may go
            when the vendor names them in an absolute URL.
        error_messages: Takes the vendor's own error messages out of a failed answer; they are redacted, shortened
            and shown to the user. Must return no record text. Not called for successes.
        user_agent: ``None`` = ``servicedesk/<version>``.
    """

    base_url: str
    vendor: str
    account: str
    auth: "Auth | None" = None
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    rules: tuple[Rule, ...] = ()
    routes: tuple[Route, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 60.0
    total_timeout_s: float = 120.0
    max_body_bytes: int = 64 * MIB
    max_connections: int = 20
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()
    trusted_origins: tuple[str, ...] = ()
    error_messages: "Callable[[Response], Sequence[str]] | None" = None
    user_agent: str | None = None
