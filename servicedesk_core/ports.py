"""What the rooms of the core and the connectors ask of each other, as structural types.

Nothing here does anything: a port is implemented in one room (the store, the HTTP kit, a test) and used in another.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol, Self, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Where the time comes from; tests pass their own."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards, for measuring spans."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Transactions(Protocol):
    """The store, as far as work in one transaction goes."""

    async def read(self, work: Callable[[Any], T], /) -> T:
        """Do what only reads."""
        ...

    async def write(self, work: Callable[[Any], T], /) -> T:
        """Do what may write."""
        ...


class Receiver(Protocol):
    """Takes the content of a file while it comes, so that no more of it than a piece is ever in memory."""

    def restart(self) -> None:
        """Forget what came: it begins, or comes from its beginning again after it broke off."""

    def write(self, piece: bytes, /) -> object:
        """Take the next piece.

        Raises:
            TooLargeError: It is more than whoever asked for it takes.
        """


class StateStore(Protocol):
    """A connection's small durable memory: zone URL, picklists, webhook ids. Values are JSON; no secrets."""

    async def get(self, key: str) -> Any | None:
        """Return the value, or ``None`` when the key was never set."""

    async def put(self, key: str, value: Any) -> None:
        """Store a JSON-serialisable value durably."""

    async def delete(self, key: str) -> None:
        """Forget the key, if it is there."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token with its optional successor.

    Attributes:
        access: The token itself.
        expires_at: When it stops working, if known.
        refresh: The refresh token, if the vendor gave one.
    """

    access: str
    expires_at: datetime | None = None
    refresh: str | None = None

    def __repr__(self) -> str:
        return f"Token(access=***, expires_at={self.expires_at!r}, refresh={'***' if self.refresh else None})"


class TokenStore(Protocol):
    """Tokens of one connection; one refresh at a time across all processes of the desk."""

    async def load(self) -> Token | None:
        """Return the newest token, or ``None``."""

    async def save(self, token: Token) -> None:
        """Store a token durably before it is used."""

    def renewing(self) -> AbstractAsyncContextManager[None]:
        """Wait until no other process replaces the token, and hold them off for a block.

        Raises:
            StoreError: Another one does not come to an end.
        """


@dataclass(frozen=True, slots=True)
class BudgetKey:
    """Whose quota a request uses: it belongs to the vendor account, not to a connection.

    Attributes:
        vendor: Vendor id, for example ``autotask``.
        account: The vendor's own name of the tenant; connections on one tenant share it.
        endpoint: Name of the endpoint whose concurrency is limited, or ``""`` for the account as a whole.
    """

    vendor: str
    account: str
    endpoint: str = ""

    @property
    def tenant(self) -> str:
        """The account, whichever of its windows this is."""
        return self.account.partition(_WINDOW)[0]

    def of_window(self, window_s: float) -> "BudgetKey":
        """Return the key under which a further window of the account is counted."""
        return BudgetKey(self.vendor, f"{self.tenant}{_WINDOW}{window_s:g}", self.endpoint)


_WINDOW: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Window:
    """A number in a rolling span of time.

    Attributes:
        requests: How many.
        window_s: Length of the window in seconds.
    """

    requests: int
    window_s: float


@dataclass(frozen=True, slots=True)
class BudgetPolicy:
    """What a vendor account allows.

    Attributes:
        requests: Requests allowed in each rolling window by all integrations together; ``None`` = not limited.
        window_s: Length of the window in seconds. Of several, it is that which the vendor itself counts.
        share: Part of ``requests`` that this desk may use, in ``(0, 1]``.
        slow_at: Share of the tenant's total use from which requests are spaced out.
        pause_at: Share of the tenant's total use from which only reserved work goes on.
        reserved: Part of our share that is kept for incremental work.
        concurrency: Requests in flight at once for one endpoint; ``None`` = not limited.
        further: What else holds at the same time; our share of each is the same.
        errors: Failed requests after which the vendor locks the account out; nothing is sent when they are used up.
            Those in flight then may still fail: declare fewer by as many as are in flight at once.
    """

    requests: int | None = None
    window_s: float = 3600.0
    share: float = 1.0
    slow_at: float = 0.5
    pause_at: float = 0.75
    reserved: float = 0.2
    concurrency: int | None = None
    further: tuple[Window, ...] = ()
    errors: Window | None = None

    def windows(self) -> "tuple[BudgetPolicy, ...]":
        """Return a policy for each window alone, the longest first: who waits for it has not spent a short one yet."""
        alone = replace(self, further=(), errors=None, concurrency=None)
        further = (replace(alone, requests=one.requests, window_s=one.window_s) for one in self.further)
        return tuple(sorted((alone, *further), key=lambda one: -one.window_s))


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """How much of the current window is used.

    Attributes:
        ours: Requests that this desk sent in the window, all processes together.
        total: Requests of all integrations as the vendor last counted them, or ``None`` when it does not say.
        allowed: Requests that the vendor allows in the window, or ``None``.
        as_of: When the vendor counted.
    """

    ours: int
    total: int | None = None
    allowed: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class RawPolicy:
    """Which of the vendor's own payloads are kept.

    Attributes:
        days: Keep those of records that arrived or changed within this many days; ``None`` = all, 0 = none.
    """

    days: int | None = None

    @property
    def keeps_any(self) -> bool:
        """Whether any is kept at all."""
        return self.days != 0


KEEP_ALL_RAW: Final = RawPolicy()
"""Every payload is kept."""


class Permit(Protocol):
    """The right to have one request in flight. Used as an async context manager."""

    async def __aenter__(self) -> Self:
        """Enter."""

    async def __aexit__(self, *exc: object) -> None:
        """Give the place back."""


class BudgetLedger(Protocol):
    """Shares a vendor account's quota among connections and processes."""

    async def acquire(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool = False) -> Permit:
        """Wait until a request may be sent, and count it.

        Args:
            key: Whose quota.
            policy: What the account allows.
            reserved: Whether this request may use the share kept for incremental work.

        Raises:
            RateLimitedError: The quota will not allow it within the time the ledger is willing to wait.
        """

    async def note(self, key: BudgetKey, policy: BudgetPolicy) -> None:
        """Count what has happened, whatever is left of the quota; never waits for it."""

    async def correct(self, key: BudgetKey, use: BudgetUse) -> None:
        """Take over the vendor's own count."""

    async def use(self, key: BudgetKey, policy: BudgetPolicy) -> BudgetUse:
        """Return the use of the current window."""


class LogSink(Protocol):
    """The part of a logger that connectors use; messages hold no record text and no secrets."""

    def debug(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log for developers."""

    def info(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log for operators."""

    def warning(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log something an operator should look at."""
