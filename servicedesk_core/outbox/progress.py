"""What the sender works on, and how far it has come."""

from dataclasses import dataclass, field

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.outbox.outcomes import SendOutcome
from servicedesk_core.problem import Problem


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
class SendProgress:
    """A run over one connection, as far as it has come.

    Attributes:
        connection: Name of the connection.
        ended: Where writes went, with their numbers, in order.
        settled: Numbers of the doubts that were settled.
        problem: Why it goes no further, if it does not.
    """

    connection: str
    ended: list[tuple[WriteState, int]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    problem: ServiceDeskError | None = None

    def gone(self, state: WriteState) -> tuple[int, ...]:
        """Return the numbers of the writes that went to a state."""
        return tuple(number for at, number in self.ended if at is state)

    def outcome(self) -> SendOutcome:
        """Return what it came to."""
        return SendOutcome(
            self.connection,
            confirmed=self.gone(WriteState.CONFIRMED),
            partly=self.gone(WriteState.PARTLY_APPLIED),
            rejected=self.gone(WriteState.REJECTED),
            in_doubt=self.gone(WriteState.IN_DOUBT),
            waiting=self.gone(WriteState.QUEUED),
            held=self.gone(WriteState.PROPOSED),
            settled=tuple(self.settled),
            error=Problem.of(self.problem) if self.problem else None,
        )
