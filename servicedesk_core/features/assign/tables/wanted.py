"""Tickets that somebody shall take, with what they require."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.assign.bench import Wanted
from servicedesk_core.features.assign.kinds import REQUIREMENTS, WEIGHING, Mode, Requirements, Weighing
from servicedesk_core.features.assign.rules import Demand
from servicedesk_core.features.assign.tables.people import USUAL_WORK, work_left
from servicedesk_core.features.assign.tables.usual import UsualWork, usual_work
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import OpenDesk, OpenTicket, in_order
from servicedesk_core.features.sla import Clock, promises
from servicedesk_core.store import Tx, bulk, sources

LATELY: Final = timedelta(days=90)
"""Who worked for a client within it knows them."""

SHOWS: Final = ("modified_at", "status", "assignee_ref", "priority", "queue_ref", "gone_at")
"""What of a ticket matters to who takes it."""
_ABOUT: Final = (
    "SELECT t.local_id, t.parent_ref, t.company_ref, t.site_ref, a.kind, t.modified_at, t.status, "
    "t.assignee_ref, t.priority, t.queue_ref, t.gone_at FROM tickets t LEFT JOIN assets a ON a.source_id = t.source_id "
    "AND a.external_id = t.asset_ref WHERE t.local_id IN {values}"
)
_FAMILY: Final = (
    "SELECT external_id, parent_ref, assignee_ref FROM tickets WHERE source_id = {source} AND gone_at IS NULL "
    "AND external_id IN {values}"
)
_WORKED_ON: Final = (
    "SELECT DISTINCT ticket_ref, technician_ref FROM time_entries WHERE source_id = {source} AND gone_at IS NULL "
    "AND ticket_ref IN {values}"
)


_WORKED_FOR: Final = (
    "SELECT DISTINCT t.company_ref, e.technician_ref FROM time_entries e JOIN tickets t ON t.source_id = e.source_id "
    "AND t.external_id = e.ticket_ref WHERE e.work_date >= '{day}' AND e.gone_at IS NULL "
    "AND e.source_id = {{source}} AND t.company_ref IN {{values}}"
)

_Key = tuple[int, str]
_About = Mapping[int, Sequence[str | None]]
"""What is read of tickets beside what all figures look at, by the desk's own number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket that somebody shall take.

    Attributes:
        ticket: The ticket.
        wanted: What it requires.
        version: What it shows now; whatever is decided is decided of that.
        mode: How far the rule of its queue goes.
    """

    ticket: OpenTicket
    wanted: Wanted
    version: str
    mode: Mode

    @property
    def is_begun(self) -> bool:
        """Whether somebody has it and works on it."""
        return self.ticket.technician is not None and self.ticket.standing.category is StatusCategory.IN_PROGRESS


def asked_of(
    tx: Tx, opened: OpenDesk, tickets: Iterable[OpenTicket], manual: Requirements | None = None
) -> Sequence[Asked]:
    """Return tickets with what they require, what is due first before the others.

    Args:
        tx: Any transaction.
        opened: All open tickets.
        tickets: Those that are meant.
        manual: What is required of all of them besides.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    now = opened.now
    meant = sorted(tickets, key=lambda one: (*in_order(one, now), one.local_id))
    about = {row[0]: row[1:] for row in bulk.select_in(tx, _ABOUT, None, [one.local_id for one in meant])}
    known = in_force(tx, REQUIREMENTS, now)
    weighings = in_force(tx, WEIGHING, now)
    numbers = {one.name: one.id for one in sources.all(tx)}
    dues = promises(tx, [one.local_id for one in meant], now, since=now)
    usual = usual_work(tx, now)
    had, lately = _had(tx, meant, about, numbers), _lately(tx, opened, meant, about, numbers)
    found = []
    for one in meant:
        parent, company, site, device, *shows = about[one.local_id]
        of = {**one.of, "device": device}
        held = [each for each in known if each.hold(of)] + ([manual] if manual is not None else [])
        weighing = _weighing(weighings, of.get("queue"))
        engagement = next((each.due_at for each in dues.get(one.local_id, ()) if each.clock is Clock.ENGAGEMENT), None)
        source_id = numbers[one.connection]
        found.append(
            Asked(
                one,
                Wanted(
                    source_id,
                    replace(_demand(one, held, of, usual), due_at=engagement or one.due_at or one.standing.promised_at),
                    weighing.limits,
                    frozenset(had[source_id, one.ref] | had[source_id, parent or ""]),
                    frozenset(lately[source_id, company or ""]),
                    company,
                    site,
                ),
                version_of(shows),
                weighing.mode,
            )
        )
    return found


def version_of(shows: Iterable[object]) -> str:
    """Return what a ticket shows, as far as it matters to who takes it.

    Args:
        shows: The values of :data:`SHOWS`.
    """
    return repr(tuple(shows))


def _weighing(known: Iterable[Weighing], queue: str | None) -> Weighing:
    """Return what decides for a queue: what names it, else what names none, else what holds where nobody said it."""
    word, several = (queue or "").casefold(), [*known]
    own = (one for one in several if word in {each.casefold() for each in one.queues})
    return next(own, None) or next((one for one in several if not one.queues), None) or Weighing(name="usual")


def _demand(one: OpenTicket, held: Sequence[Requirements], of: Mapping[str, str | None], usual: UsualWork) -> Demand:
    skills: dict[str, int] = {}
    for each in held:
        for skill, level in each.skills.items():
            skills[skill] = max(level, skills.get(skill, 0))
    hours = next((each.hours for each in held if each.hours is not None), None)
    known = None if one.estimated_s or hours is not None else usual.of(one)
    takes = known.work if known is not None else USUAL_WORK
    return Demand(
        skills=skills,
        certifications=tuple(dict.fromkeys(word for each in held for word in each.certifications)),
        is_onsite=any(each.onsite for each in held),
        territory=next((each.territory for each in held if each.territory), None) or of.get("region"),
        languages=tuple(dict.fromkeys(word for each in held for word in each.languages)),
        preferred=frozenset(word for each in held for word in each.preferred),
        excluded=frozenset(word for each in held for word in each.excluded),
        work=work_left(one, takes if hours is None else timedelta(seconds=int(hours * 3_600))),
        usual="" if known is None else known.said,
        queue_kind=one.standing.queue_kind,
    )


def _had(tx: Tx, meant: Sequence[OpenTicket], about: _About, numbers: Mapping[str, int]) -> dict[_Key, set[str]]:
    """Return who has each ticket and its parent, or worked on them."""
    found: dict[_Key, set[str]] = defaultdict(set)
    for source_id, refs in _by_source(meant, numbers, lambda one: (one.ref, about[one.local_id][0])).items():
        rows = [(row[0], row[2]) for row in bulk.select_in(tx, _FAMILY, source_id, refs)]
        for ref, technician in (*rows, *bulk.select_in(tx, _WORKED_ON, source_id, refs)):
            if technician is not None:
                found[source_id, ref].add(technician)
    return found


def _lately(
    tx: Tx, opened: OpenDesk, meant: Sequence[OpenTicket], about: _About, numbers: Mapping[str, int]
) -> dict[_Key, set[str]]:
    """Return who worked for each client lately."""
    found: dict[_Key, set[str]] = defaultdict(set)
    query = _WORKED_FOR.format(day=(opened.now - LATELY).date().isoformat())
    for source_id, refs in _by_source(meant, numbers, lambda one: (about[one.local_id][1],)).items():
        for company, technician in bulk.select_in(tx, query, source_id, refs):
            if technician is not None:
                found[source_id, company].add(technician)
    return found


def _by_source(
    meant: Sequence[OpenTicket], numbers: Mapping[str, int], refs_of: Callable[[OpenTicket], Iterable[str | None]]
) -> Mapping[int, list[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for one in meant:
        found[numbers[one.connection]].update(ref for ref in refs_of(one) if ref is not None)
    return {source_id: sorted(refs) for source_id, refs in found.items()}
