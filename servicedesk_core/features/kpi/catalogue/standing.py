"""Clients who stay, and people who have proved what their job takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from servicedesk_core.faces import Capability, Case, Kpi, Measure, Sum
from servicedesk_core.features.kpi.cases.facts import Facts
from servicedesk_core.features.kpi.cases.measures import PERCENT, FromFacts, Of


def retained(facts: Facts) -> Iterator[Case]:
    """Yield the clients with a contract at the beginning, and which of them have one at the end."""
    first, last = (at.astimezone(facts.period.zone).date() for at in (facts.period.start, facts.period.last))
    for one in facts.clients:
        if one.has_contract(first):
            yield Case(one.name, one.has_contract(last), 1, of={"client": one.name}, connection=one.connection)


def certified(facts: Facts) -> Iterator[Case]:
    """Yield our people, and which of them hold every certification that their job role takes."""
    for one in facts.trained:
        why = "" if one.role is not None else "without a job role"
        yield Case(one.name, not one.lacks, 1, why, {"technician": one.name, "role": one.role})


@dataclass(frozen=True, slots=True)
class Training(FromFacts):
    """The figure of certifications, which somebody has to define."""

    def of(self, facts: Facts) -> Measure:
        """Measure it from facts, which many figures may share."""
        if not facts.is_whole:
            return Measure.missing("the whole desk; who sees a part of it sees nothing of our people")
        if not facts.trained:
            return Measure.missing("[technicians] and [job_roles] in the definitions")
        return Measure.of(certified(facts), Sum.RATIO, scale=PERCENT)


KPIS: Final = (
    Kpi(
        "client-retention", "Client retention",
        "Of the clients with a contract in force on the first day, those with one on the last. New clients are not "
        "counted.",
        Of(retained, Sum.RATIO, PERCENT, needs=("contracts",)),
        unit="%", better="more", over="period", code="K28", leads=False,
        example="50 clients with a contract at the beginning, and 48 of them at the end: 96 %; new ones do not count.",
    ),
    Kpi(
        "training", "Training",
        "Of our people with a job role, those who hold every certification that it takes, valid on the last day of the "
        "period.",
        Training(), unit="%", better="more", over="period", code="K16", leads=True,
        needs=Capability.INTERNAL, of_people=True,
        example="Of 10 technicians with a job role 9 hold all certifications that it takes: 90 %.",
    ),
)  # fmt: skip
"""What is measured of clients and people."""
