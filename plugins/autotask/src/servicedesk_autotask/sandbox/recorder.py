"""What tests want to know afterwards: calls, writes and pages."""

from collections import Counter, deque
from typing import Any

from servicedesk_autotask.sandbox.routing import Call

_KEPT = 10_000


class Recorder:
    """Counts calls and keeps the log of writes."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.writes: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.last_page: dict[str, bytes] = {}

    def request(self, method: str, call: Call) -> None:
        """Count a call by verb, entity and act."""
        name = f"{method} {call.entity.plural}/{call.kind}" if call.entity else f"{method} {call.kind}"
        self.requests[name] += 1

    def write(self, call: Call, number: int, body: dict[str, Any], before: dict[str, Any] | None = None) -> None:
        """Log a write that was done, with the record as it was before."""
        self.writes.append(
            {"entity": call.endpoint, "kind": call.kind, "id": number, "body": body, "before": before or {}}
        )

    def forget(self) -> None:
        """Start again."""
        self.requests.clear()
        self.statuses.clear()
        self.writes.clear()
        self.last_page.clear()
