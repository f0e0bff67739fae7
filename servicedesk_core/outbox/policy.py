"""How much, how long, how often: the numbers of sending."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from servicedesk_core.config.writes import WritesSection
from servicedesk_core.store.leases import TTL_S


@dataclass(frozen=True, slots=True)
class WritePolicy:
    """How writes of a connection are sent.

    Attributes:
        stop_after: So many writes within ``window`` stop sending, which then asks.
        window: The span in which writes are counted.
        parallel: How many writes may be under way at once; never two of one aggregate.
        loop_limit: So many writes of one field of one record within ``window`` are taken for a loop.
        lease_ttl_s: How long the lease of the sender lasts without renewal, at least.
        lease_margin_s: How much longer than an attempt the lease lasts.
        longest_attempt_s: Longest duration of one attempt, whatever the connector says.
        shortest_settle_s: Time after an attempt before which nobody's proof of absence is believed.
        first_wait_s: Wait of a kind of writes after its first failure; doubles with each further one.
        longest_wait_s: Longest such wait of our own choice.
        first_ask_s: Time between two looks at a doubt; doubles with each.
        longest_ask_s: Longest such time.
        ask_at_most: After so many looks without result a person decides.
    """

    stop_after: int = 20
    window: timedelta = timedelta(minutes=10)
    parallel: int = 4
    loop_limit: int = 4
    lease_ttl_s: float = TTL_S
    lease_margin_s: float = 30.0
    longest_attempt_s: float = 300.0
    shortest_settle_s: float = 10.0
    first_wait_s: float = 30.0
    longest_wait_s: float = 900.0
    first_ask_s: float = 30.0
    longest_ask_s: float = 3600.0
    ask_at_most: int = 24

    @classmethod
    def of(cls, section: WritesSection) -> Self:
        """Return the numbers of sending as the configuration has them."""
        return cls(stop_after=section.stop_after, window=timedelta(minutes=section.minutes), parallel=section.parallel)

    def wait_s(self, failures: int) -> float:
        """Return how long a kind waits after so many failures in a row."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures - 1, 20))

    def ask_s(self, asked: int) -> float:
        """Return how long a doubt waits after so many looks."""
        return min(self.longest_ask_s, self.first_ask_s * 2.0 ** min(asked - 1, 20))


DEFAULT_POLICY = WritePolicy()
