"""What sending and taking back came to, for programs."""

from dataclasses import dataclass

from servicedesk_core.outbox.views import WriteView
from servicedesk_core.problem import Problem


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What a run over one connection came to.

    Attributes:
        connection: Name of the connection.
        confirmed: Numbers of the writes that the vendor has.
        partly: Numbers of those that it took in part; a person decides about the rest.
        rejected: Numbers of those that were refused.
        in_doubt: Numbers of those whose fate is unknown.
        waiting: Numbers of those that certainly did not reach the vendor and are tried again.
        held: Numbers of those that a suspected loop gave back to a person.
        settled: Numbers of the doubts that were settled.
        error: Why sending stopped or was impossible.
    """

    connection: str
    confirmed: tuple[int, ...] = ()
    partly: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    in_doubt: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class Reverted:
    """The proposal that takes a write back.

    Attributes:
        write: The proposal.
        left: Fields that somebody changed since; they are left alone.
        irrevocable: What cannot be taken back.
    """

    write: WriteView
    left: tuple[str, ...]
    irrevocable: str
