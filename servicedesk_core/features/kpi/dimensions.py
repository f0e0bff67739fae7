"""What figures can be divided by."""

from collections.abc import Mapping
from typing import Final

DIMENSIONS: Final[Mapping[str, str]] = {
    "client": "the client",
    "region": "where the client, or its site, lies",
    "technician": "who has the ticket, or did the work",
    "team": "their team, as [technicians] or the PSA says",
    "handled-by": "us, an outsourcer or a vendor, as [handlers] says",
    "place": "onsite or remote",
    "queue": "the queue",
    "priority": "the priority",
    "type": "incident, request and so on",
    "source": "how it came",
    "issue": "the issue",
    "sub-issue": "the issue with its sub-issue",
    "contract": "the contract",
}
"""Those of tickets, and wherever a figure's records tell them; a figure may have others of its own."""
