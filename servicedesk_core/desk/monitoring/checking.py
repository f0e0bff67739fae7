"""What a connection can see."""

from dataclasses import dataclass, replace

from servicedesk_core.errors import PermissionDeniedError
from servicedesk_core.hooks.capabilities import StreamCheck
from servicedesk_core.plugins.connection import ConnectionTest
from servicedesk_core.problem import Problem


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What a test of a connection showed.

    Attributes:
        connection: Its name.
        vendor: Vendor id.
        account: The vendor's id of the tenant.
        account_name: The tenant's name.
        streams: What each stream showed.
        was_blocked: Whether it had been stopped; a test that succeeds frees it.
        requests: Requests that the test took.
        clock_ahead_s: Seconds that this machine's clock is ahead of the vendor's, negative when it is behind;
            ``None`` = the vendor does not tell its time.
        error: Why it failed.
    """

    connection: str
    vendor: str | None = None
    account: str | None = None
    account_name: str | None = None
    streams: tuple[StreamCheck, ...] = ()
    was_blocked: bool = False
    requests: int = 0
    clock_ahead_s: float | None = None
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the command line returns: streams that cannot be read are a lack of rights."""
        if self.error is not None:
            return self.error.exit_code
        return 0 if all(check.readable for check in self.streams) else PermissionDeniedError.exit_code


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """Which account a connection stood for, and which one the vendor names now.

    Attributes:
        connection: Its name.
        vendor: Vendor id.
        account: The vendor's id of the account now.
        account_name: Its name.
        account_before: The account that the store remembers; ``None`` = none yet.
        account_name_before: Its name.
    """

    connection: str
    vendor: str
    account: str
    account_name: str | None
    account_before: str | None
    account_name_before: str | None


def checked(test: ConnectionTest) -> ConnectionCheck:
    """Return what a test showed; a stream that shows nothing always comes with advice."""
    identity = test.identity
    return ConnectionCheck(
        connection=test.connection,
        vendor=identity.vendor if identity else None,
        account=identity.account if identity else None,
        account_name=(identity.name or None) if identity else None,
        streams=tuple(_advised(check) for check in test.checks),
        was_blocked=test.was_blocked,
        requests=test.requests,
        clock_ahead_s=test.clock_ahead_s,
    )


def _advised(check: StreamCheck) -> StreamCheck:
    if check.note or (check.readable and check.visible != 0):
        return check
    if check.readable:
        return replace(check, note="Empty, or hidden by the security level of the vendor's account.")
    return replace(check, note="Give the vendor's account the right to read it.")
