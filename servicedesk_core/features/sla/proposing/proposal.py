"""Policies that say what the PSA's agreements say, each for the contracts or clients that have it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.proposing.gathered import ALWAYS, OFFICE, Agreement

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked for at one priority; ``None`` = of tickets without one."""

    priority: str | None
    targets: Mapping[Clock, timedelta]
    calendar: str | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A policy.

    Attributes:
        name: Its name.
        agreement: The agreement that it says the same as; empty = of tickets without one.
        tickets: Tickets that have it.
        when: Its conditions: the ids, by field; none = it is the last.
        rows: What it promises, by priority.
    """

    name: str
    agreement: str
    tickets: int
    when: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]


def proposed(found: Iterable[Agreement], contracts: Mapping[str, Iterable[str]]) -> list[Proposed]:
    """Return a policy for each agreement that some contracts or clients have; the last is for everybody else.

    Args:
        found: The agreements, that of most tickets first: it is everybody's.
        contracts: The contracts that name each agreement.
    """
    all_of = [*found]
    if not all_of:
        return [Proposed(EVERYBODY, "", 0, {}, ())]
    whole: dict[str, Counter[str]] = {"contract": Counter(), "company": Counter()}
    for one in all_of:
        whole["contract"] += one.contracts
        whole["company"] += one.companies
    first, *others = all_of
    taken = {first.name or EVERYBODY}
    policies = []
    for one in others:
        mostly = {
            "contract": {ref for ref, count in one.contracts.items() if 2 * count > whole["contract"][ref]},
            "company": {ref for ref, count in one.companies.items() if 2 * count > whole["company"][ref]},
        }
        mostly["contract"] |= {*contracts.get(one.name, ())}
        name = next((field for field in ("contract", "company") if mostly[field]), None)
        if name is not None:
            called = _free(one.name or "no agreement", taken)
            policies.append(
                Proposed(called, one.name, one.tickets.total(), {name: tuple(sorted(mostly[name]))}, _rows(one))
            )
    policies.sort(key=lambda one: "contract" not in one.when)  # a contract is more of its own than its client
    return [*policies, Proposed(first.name or EVERYBODY, first.name, first.tickets.total(), {}, _rows(first))]


def _rows(one: Agreement) -> tuple[Row, ...]:
    return tuple(_row(one, priority) for priority in sorted(one.tickets, key=lambda word: (word is None, word or "")))


def _row(one: Agreement, priority: str | None) -> Row:
    clearest = Counter(one.hours(priority, clock) for clock in Clock)
    hours = ALWAYS if clearest[ALWAYS] > clearest[OFFICE] else OFFICE
    asked = {clock: one.target(priority, clock, hours) for clock in Clock}
    targets = {clock: found[1] for clock, found in asked.items() if found is not None}
    return Row(priority, targets, hours if hours == ALWAYS else None)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += " (2)"
    taken.add(name)
    return name
