"""Tickets with a plausible life: arrival, response, waits, completion."""

# ruff: noqa: PLR2004  the shares and ids of an invented desk need no names

from collections import defaultdict
from math import exp
from random import Random
from typing import Any

from servicedesk_autotask.sandbox.desk import COMPLETE, NEW
from servicedesk_autotask.sandbox.entities import catalogue
from servicedesk_autotask.sandbox.picklists import label
from servicedesk_autotask.sandbox.seed.moments import DAY, HOUR, into_business_hours, stamp
from servicedesk_autotask.sandbox.seed.world import HARDWARE, Technician, World
from servicedesk_autotask.sandbox.sla import TARGETS

IN_PROGRESS = 8
Rows = dict[str, list[dict[str, Any]]]
Event = tuple[int, str, str, int]
_PRIORITIES = (4, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3)
_HASTE = {4: 0.25, 1: 0.5, 2: 1.0, 3: 2.2}
_SOURCES = (4, 4, 4, 4, 5, 5, 5, 1, 1, 2, 8, 15)
_OPEN_STATUSES = (
    (NEW,) * 15
    + (IN_PROGRESS,) * 32
    + (7,) * 20
    + (9,) * 5
    + (10,) * 8
    + (11,) * 4
    + (12,) * 6
    + (17,) * 6
    + (19,) * 8
    + (21,) * 4
)
_WAITS = (7, 7, 7, 12, 9, 17, 10)


class TicketMaker:
    """Makes tickets and their history; other makers add notes and time.

    Args:
        rng: Source of chance.
        world: What tickets refer to.
        now: Epoch second of the desk's present.
        days: Length of the desk's past.
    """

    def __init__(self, rng: Random, world: World, *, now: int, days: int) -> None:
        self._rng = rng
        self._world = world
        self._now = now
        self._fade = 0.1 * days
        self._blank = catalogue()["Tickets"].blank | {"userDefinedFields": []}
        self._history_id = 0
        self._numbers: tuple[int, int] = (0, 0)

    def make(self, number: int, created: int, rows: Rows) -> tuple[dict[str, Any], list[Event]]:
        """Make one ticket.

        Args:
            number: Its id.
            created: When it arrived.
            rows: Where its history goes.

        Returns:
            The ticket and its events, oldest first.
        """
        rng, now = self._rng, self._now
        age = (now - created) / DAY
        chance = 0.86 * exp(-age / self._fade) + 0.012
        if rng.random() < chance:
            status, completed = rng.choice(_OPEN_STATUSES), None
        else:
            status, completed = COMPLETE, created
        ticket = self._fresh(number, created)
        if completed is not None:
            completed = self._completion(created, ticket["priority"])
        technician = None if status == NEW else rng.choice(self._world.technicians)
        if status == NEW and rng.random() < 0.3:
            technician = rng.choice(self._world.technicians)
        ticket["status"] = status
        events = self._events(ticket, created, completed, technician)
        self._stamps(ticket, completed, technician, events)
        self._history(ticket, events, rows["TicketHistory"])
        return ticket, events

    def newcomer(self, number: int, created: int) -> dict[str, Any]:
        """Make a ticket that nobody has touched yet."""
        return self._fresh(number, created) | {"status": NEW}

    def _fresh(self, number: int, created: int) -> dict[str, Any]:
        rng, world = self._rng, self._world
        company = world.company(rng)
        contact = rng.choice(world.contacts[company])
        issue, sub_issue, title = world.issue(rng)
        broken = sub_issue == HARDWARE
        assets = world.workplaces(company) if broken else world.assets.get(company)
        asset, asset_name = rng.choice(assets) if assets else (None, "the server")
        contract = world.contracts.get(company)
        priority = _PRIORITIES[int(rng.random() * len(_PRIORITIES))]
        source = _SOURCES[int(rng.random() * len(_SOURCES))]
        alert = source in {8, 15}
        targets = TARGETS[priority]
        sla = contract["serviceLevelAgreementID"] if contract else None
        at = stamp(created)
        ticket = self._blank | {
            "id": number,
            "ticketNumber": self._ticket_number(created),
            "title": title.format(asset=asset_name, city=world.words["cities"][company % 6], contact=f"user {contact}"),
            "description": " ".join(rng.sample(world.words["descriptions"], 2 + int(rng.random() * 3))),
            "companyID": company,
            "contactID": None if alert else contact,
            "configurationItemID": asset if alert or broken or rng.random() < 0.4 else None,
            "contractID": contract["id"] if contract else None,
            "serviceLevelAgreementID": sla,
            "priority": priority,
            "source": source,
            "ticketType": 5 if alert else 1 if issue == 14 else 2,
            "ticketCategory": 2 if source == 15 else 3,
            "issueType": issue,
            "subIssueType": sub_issue,
            "queueID": 8 if alert else int(rng.choice(world.words["queues"])),
            "billingCodeID": 100 + int(rng.random() * 4),
            "createDate": at,
            "creatorResourceID": 4 if alert else world.technicians[int(rng.random() * len(world.technicians))].id,
            "creatorType": 1,
            "dueDateTime": stamp(created + int(targets[2] * HOUR * (1 + 2 * rng.random()))),
            "isAssignedToComanaged": False,
            "isVisibleToComanaged": True,
            "organizationalLevelAssociationID": 1,
            "estimatedHours": round(0.5 + 6 * rng.random() ** 3, 2) if rng.random() < 0.5 else None,
        }
        if sla is not None:
            ticket["firstResponseDueDateTime"] = stamp(created + int(targets[0] * HOUR))
            ticket["resolvedDueDateTime"] = stamp(created + int(targets[2] * HOUR * 3))
        if source in {1, 4} and not alert:
            ticket["creatorType"], ticket["createdByContactID"] = 2, contact
        if rng.random() < 0.25:
            ticket["userDefinedFields"] = [
                {"name": "Affected Users", "value": str(1 + int(rng.random() * 20))},
                {"name": "Escalation Path", "value": "1"},
            ]
        return ticket

    def _ticket_number(self, created: int) -> str:
        day = created // DAY
        last, count = self._numbers
        self._numbers = (day, count + 1 if day == last else 1)
        return f"T{stamp(created)[:10].replace('-', '')}.{self._numbers[1]:04d}"

    def _completion(self, created: int, priority: int) -> int:
        rng, now = self._rng, self._now
        moment = into_business_hours(created + int(_HASTE[priority] * HOUR * rng.lognormvariate(2.4, 1.25)) + 600, rng)
        return moment if moment < now else created + int((now - created) * (0.2 + 0.75 * rng.random()))

    def _events(
        self, ticket: dict[str, Any], created: int, completed: int | None, technician: Technician | None
    ) -> list[Event]:
        rng = self._rng
        events: list[Event] = [(created, "Created", "Ticket created", ticket["creatorResourceID"])]
        if technician is None:
            return events
        # The last known moment of an open ticket is rather recent.
        end = completed if completed is not None else created + int((self._now - created) * rng.random() ** 0.35)
        span = end - created
        reaction = int(span * 0.4 * rng.random() ** 2) + 1
        events.append((created + reaction, "Edited", _change("Primary Resource", "", technician.id), technician.id))
        if ticket["status"] == NEW:
            return events
        steps = [IN_PROGRESS]
        while rng.random() < 0.4 and len(steps) < 6:
            steps += [rng.choice(_WAITS), IN_PROGRESS]
        if completed is not None and rng.random() < 0.04:
            steps += [COMPLETE, IN_PROGRESS]
        if steps[-1] != ticket["status"]:
            steps.append(ticket["status"])
        old = NEW
        gap = (span - reaction) / len(steps)
        for n, step in enumerate(steps, 1):
            at = (
                end
                if n == len(steps) and completed is not None
                else created + reaction + int(gap * (n - rng.random() * 0.6))
            )
            events.append((at, "Edited", _change("Status", _label(old), _label(step)), technician.id))
            old = step
        return events

    def _stamps(
        self,
        ticket: dict[str, Any],
        completed: int | None,
        technician: Technician | None,
        events: list[Event],
    ) -> None:
        last = stamp(events[-1][0])
        ticket["lastActivityDate"] = ticket["lastTrackedModificationDateTime"] = last
        ticket["lastActivityResourceID"], ticket["lastActivityPersonType"] = events[-1][3], 1
        if technician is None:
            return
        ticket["assignedResourceID"], ticket["assignedResourceRoleID"] = technician.id, technician.role
        if len(events) > 2:
            first = stamp(events[2][0])
            ticket["firstResponseDateTime"] = first
            ticket["firstResponseInitiatingResourceID"] = ticket["firstResponseAssignedResourceID"] = technician.id
        if completed is not None:
            done = stamp(completed)
            ticket["completedDate"] = ticket["resolvedDateTime"] = done
            ticket["completedByResourceID"] = technician.id
            ticket["resolution"] = self._rng.choice(self._world.words["resolutions"])
        elif self._rng.random() < 0.35:
            # Much of what is open was promised for later.
            ticket["dueDateTime"] = stamp(self._now + int(self._rng.random() * 9 * DAY))

    def _history(self, ticket: dict[str, Any], events: list[Event], rows: list[dict[str, Any]]) -> None:
        for at, action, detail, resource in events:
            self._history_id += 1
            rows.append(
                {
                    "id": self._history_id,
                    "action": action,
                    "date": stamp(at),
                    "detail": detail,
                    "resourceID": resource,
                    "ticketID": ticket["id"],
                    "userDefinedFields": [],
                }
            )


def empty_rows() -> Rows:
    """A fresh batch."""
    return defaultdict(list)


def _label(status: int) -> str:
    return label("Tickets", "status", status)


def _change(name: str, old: object, new: object) -> str:
    return f'{name}: "{old}" -> "{new}"'
