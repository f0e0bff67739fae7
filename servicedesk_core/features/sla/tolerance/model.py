"""What is shown of how long clients put up with waiting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column, Page
from servicedesk_core.features.sla.model import Basis, Excluded


@dataclass(frozen=True, slots=True)
class Tolerated:
    """Resolved tickets of which a promise took about as long."""

    clock: Annotated[str, Column("Until somebody worked on it (engagement), or until it was resolved (completion).")]
    over_s: Annotated[int, Column("It took more business time than this, in seconds.", "More than")]
    up_to_s: Annotated[int | None, Column("It took no more than this; nothing = any longer time.", "Up to")]
    tickets: Annotated[int, Column("Tickets.")]
    rating: Annotated[float | None, Column("Mean of the ratings of their surveys; nothing = no data.", "Rating")]
    rated: Annotated[int, Column("How many of them were rated.", "Rated", spare=2)]
    back_percent: Annotated[
        float | None,
        Column(
            "Share of which the client came back within 30 days: with the same ticket after it had been resolved for "
            "good, or with another one of the same contact and category; nothing = no data.",
            "Back %",
        ),
    ]
    watched: Annotated[int, Column("Tickets of which those 30 days are over.", spare=1)]
    active_percent: Annotated[
        float | None, Column("Share of their clients that the PSA still calls active; nothing = no data.", "Active %")
    ]
    clients: Annotated[int, Column("Clients of which the PSA says that.", spare=3)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance(Page[Tolerated]):
    """How long clients put up with waiting."""

    items: Annotated[tuple[Tolerated, ...], Column("One row for each promise and length of time.")]
    since: Annotated[datetime, Column("Tickets resolved from then on.")]
    until: Annotated[datetime, Column("And before then.")]
    basis: Annotated[Basis, Column("What the times rest on.")]
    no_data: Annotated[tuple[str, ...], Column("Of what nothing is known, and what would tell it.")]
    excluded: Annotated[
        tuple[Excluded, ...], Column("Resolved tickets that do not count, or have no history, by reason.")
    ]
    unseen: Annotated[str, Column("Why other people are not told; empty = all that there are are.")] = ""
