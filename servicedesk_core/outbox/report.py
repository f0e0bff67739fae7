"""What the sender works on, and what it tells."""

from dataclasses import dataclass, field

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import ServiceDeskError, WriteStoppedError
from servicedesk_core.hooks.calls import ConnectorCalls


@dataclass(frozen=True, slots=True)
class WriteConnection:
    """A connection as the sender sees it.

    Attributes:
        name: Name in the configuration.
        calls: The façade over its hooks.
        grants: What its configuration lets it write.
    """

    name: str
    calls: ConnectorCalls
    grants: frozenset[str]


@dataclass(slots=True)
class SendReport:
    """What a run did.

    Attributes:
        connection: Name of the connection.
        confirmed: Numbers of the writes that the vendor has.
        rejected: Numbers of those that were refused.
        in_doubt: Numbers of those whose fate is unknown.
        waiting: Numbers of those that certainly did not reach the vendor and wait.
        held: Numbers of those that the loop breaker gave back to a person.
        settled: Numbers of the doubts that were settled.
        stopped: Why sending stopped and asks, if it did.
        error: What made sending over this connection impossible, if anything did.
    """

    connection: str
    confirmed: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    in_doubt: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    stopped: WriteStoppedError | None = None
    error: ServiceDeskError | None = None

    def note(self, state: WriteState, number: int) -> None:
        """Note where a write went."""
        {
            WriteState.CONFIRMED: self.confirmed,
            WriteState.REJECTED: self.rejected,
            WriteState.IN_DOUBT: self.in_doubt,
            WriteState.QUEUED: self.waiting,
            WriteState.PROPOSED: self.held,
        }[state].append(number)
