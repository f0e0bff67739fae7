"""What people do around a ticket: notes, time, visits, surveys."""

# ruff: noqa: PLR2004  the shares and ids of an invented desk need no names

from random import Random
from typing import Any

from servicedesk_autotask.sandbox.desk import COMPLETE, WORKFLOW_RESOURCE
from servicedesk_autotask.sandbox.entities import catalogue
from servicedesk_autotask.sandbox.seed.billing import Ledger
from servicedesk_autotask.sandbox.seed.moments import DAY, HOUR, day_stamp, epoch, stamp
from servicedesk_autotask.sandbox.seed.tickets import Event, Rows
from servicedesk_autotask.sandbox.seed.world import HARDWARE, World
from servicedesk_autotask.sandbox.sla import result_row

_ENTITIES = [
    "TicketNotes",
    "TimeEntries",
    "ServiceCalls",
    "ServiceCallTickets",
    "ServiceCallTicketResources",
    "SurveyResults",
    "TicketSecondaryResources",
    "TicketChecklistItems",
    "TicketCharges",
    "TicketAdditionalContacts",
    "Appointments",
    "DeletedTicketLogs",
]


class ActivityMaker:
    """Adds the rows around tickets, each entity with its own rising ids."""

    def __init__(self, rng: Random, world: World, ledger: Ledger, *, now: int) -> None:
        self._rng = rng
        self._ledger = ledger
        self._world = world
        self._now = now
        self._blanks = {name: catalogue()[name].blank | {"userDefinedFields": []} for name in _ENTITIES}
        self._ids = dict.fromkeys((*_ENTITIES, "ServiceLevelAgreementResults"), 1000)

    def add(self, ticket: dict[str, Any], events: list[Event], rows: Rows) -> None:
        """Add what happened around one ticket and move its activity stamps."""
        rng = self._rng
        self._notes(ticket, events, rows)
        if ticket["assignedResourceID"] is not None and ticket["status"] != 1:
            self._time(ticket, events, rows)
            if rng.random() < 0.05:
                self._visit(ticket, events, rows)
            self._rarities(ticket, rows)
        if ticket["status"] == COMPLETE:
            if ticket["subIssueType"] == HARDWARE and ticket["id"] % 2:
                self._charge(ticket, rows, "Replaced part", cost=112.4, price=168.6)
            self._outcome(ticket, rows)

    def meetings(self, rows: Rows) -> None:
        """Appointments of the last and the next weeks."""
        for technician in self._world.technicians:
            for week in range(-6, 3):
                start = (self._now // DAY + 7 * week) * DAY + 14 * HOUR
                made = stamp(start - 9 * DAY) if week > 1 else stamp(min(start - 3 * DAY, self._now - HOUR))
                self._add(
                    rows,
                    "Appointments",
                    title="Team meeting",
                    resourceID=technician.id,
                    creatorResourceID=technician.id,
                    startDateTime=stamp(start),
                    endDateTime=stamp(start + HOUR),
                    createDateTime=made,
                    updateDateTime=made,
                )

    def deleted(self, number: int, moment: int, rows: Rows) -> None:
        """Log a ticket that somebody deleted."""
        self._add(
            rows,
            "DeletedTicketLogs",
            ticketID=number,
            ticketNumber=f"T{stamp(moment)[:10].replace('-', '')}.9{number % 1000:03d}",
            ticketTitle="Created by mistake",
            deletedByResourceID=self._world.technicians[0].id,
            deletedDateTime=stamp(min(moment + HOUR, self._now - 60)),
        )

    def _add(self, rows: Rows, entity: str, **values: Any) -> int:
        self._ids[entity] += 1
        rows[entity].append(self._blanks[entity] | values | {"id": self._ids[entity]})
        return self._ids[entity]

    def _between(self, events: list[Event]) -> int:
        first, last = events[0][0], events[-1][0]
        return first + int((last - first) * self._rng.random())

    def _notes(self, ticket: dict[str, Any], events: list[Event], rows: Rows) -> None:
        rng, words = self._rng, self._world.words
        number = int(rng.expovariate(0.6)) if len(events) > 1 else int(rng.random() * 1.4)
        for moment in sorted(self._between(events) for _ in range(min(number, 9))):
            pick, at = rng.random(), stamp(moment)
            common = {"ticketID": ticket["id"], "createDateTime": at, "lastActivityDate": at}
            author = ticket["assignedResourceID"] or ticket["creatorResourceID"]
            if pick < 0.15:
                common |= {
                    "creatorResourceID": WORKFLOW_RESOURCE,
                    "noteType": 13,
                    "publish": 2,
                    "title": "Workflow Rule",
                }
                text = "A rule notified the queue."
            elif pick < 0.35 and ticket["contactID"] is not None:
                common |= {"createdByContactID": ticket["contactID"], "noteType": 18, "publish": 1, "title": "Reply"}
                text = rng.choice(words["customer_notes"])
            elif pick < 0.7:
                common |= {"creatorResourceID": author, "noteType": 3, "publish": 1, "title": "Update"}
                text = rng.choice(words["public_notes"])
                ticket["lastCustomerVisibleActivityDateTime"] = ticket["lastCustomerNotificationDateTime"] = at
            else:
                common |= {"creatorResourceID": author, "noteType": 3, "publish": 2, "title": "Internal"}
                text = rng.choice(words["internal_notes"])
            self._add(rows, "TicketNotes", description=text, **common)
            self._touch(ticket, at, common.get("creatorResourceID"))

    def _time(self, ticket: dict[str, Any], events: list[Event], rows: Rows) -> None:
        rng, words = self._rng, self._world.words
        for _ in range(min(6, 1 + int(rng.expovariate(1.1)))):
            moment = self._between(events)
            hours = 0.25 * (1 + int(rng.expovariate(0.5)))
            start = stamp(moment)
            made = stamp(min(moment + int(hours * HOUR), self._now - 30))
            free = rng.random() < 0.2
            self._add(
                rows,
                "TimeEntries",
                ticketID=ticket["id"],
                resourceID=ticket["assignedResourceID"],
                roleID=ticket["assignedResourceRoleID"],
                billingCodeID=ticket["billingCodeID"],
                contractID=ticket["contractID"],
                dateWorked=day_stamp(moment),
                startDateTime=start,
                endDateTime=stamp(moment + int(hours * HOUR)),
                hoursWorked=hours,
                hoursToBill=0.0 if free else hours,
                offsetHours=0.0,
                isNonBillable=free,
                showOnInvoice=not free,
                summaryNotes=rng.choice(words["time_summaries"]),
                internalNotes=rng.choice(words["internal_notes"]) if rng.random() < 0.3 else None,
                createDateTime=made,
                lastModifiedDateTime=made,
                creatorUserID=ticket["assignedResourceID"],
                lastModifiedUserID=ticket["assignedResourceID"],
                timeEntryType=2,
            )
            rows["BillingItems"] += self._ledger.labour(rows["TimeEntries"][-1], ticket)
            self._touch(ticket, made, ticket["assignedResourceID"])

    def _visit(self, ticket: dict[str, Any], events: list[Event], rows: Rows) -> None:
        open_ticket = ticket["status"] != COMPLETE
        start = self._now + int(self._rng.random() * 5 * DAY) if open_ticket else self._between(events)
        made = stamp(events[0][0] + 60)
        call = self._add(
            rows,
            "ServiceCalls",
            companyID=ticket["companyID"],
            description=ticket["title"],
            startDateTime=stamp(start),
            endDateTime=stamp(start + 2 * HOUR),
            duration=2.0,
            status=1 if open_ticket else 2,
            isComplete=0 if open_ticket else 1,
            creatorResourceID=ticket["assignedResourceID"],
            createDateTime=made,
            lastModifiedDateTime=made,
        )
        link = self._add(rows, "ServiceCallTickets", serviceCallID=call, ticketID=ticket["id"])
        self._add(rows, "ServiceCallTicketResources", serviceCallTicketID=link, resourceID=ticket["assignedResourceID"])

    def _rarities(self, ticket: dict[str, Any], rows: Rows) -> None:
        rng, pick = self._rng, self._rng.random()
        if pick < 0.05:
            helper = rng.choice(self._world.technicians)
            if helper.id != ticket["assignedResourceID"]:
                self._add(
                    rows, "TicketSecondaryResources", ticketID=ticket["id"], resourceID=helper.id, roleID=helper.role
                )
        elif pick < 0.08:
            for n, name in enumerate(("Call the contact", "Check the backup"), 1):
                self._add(
                    rows,
                    "TicketChecklistItems",
                    ticketID=ticket["id"],
                    itemName=name,
                    position=n,
                    isCompleted=n == 1,
                    isImportant=False,
                )
        elif pick < 0.11:
            self._charge(ticket, rows, "Spare part", cost=40.0, price=65.0)
        elif pick < 0.13:
            other = rng.choice(self._world.contacts[ticket["companyID"]])
            if other != ticket["contactID"]:
                self._add(rows, "TicketAdditionalContacts", ticketID=ticket["id"], contactID=other)

    def _charge(self, ticket: dict[str, Any], rows: Rows, name: str, *, cost: float, price: float) -> None:
        at = ticket["createDate"]
        self._add(
            rows,
            "TicketCharges",
            ticketID=ticket["id"],
            name=name,
            chargeType=1,
            datePurchased=at,
            createDate=at,
            unitQuantity=1.0,
            unitCost=cost,
            unitPrice=price,
            billableAmount=price,
            extendedCost=cost,
            isBillableToCompany=True,
            isBilled=False,
            status=7,
            productID=300,
            billingCodeID=121,
        )
        rows["BillingItems"] += self._ledger.charge(rows["TicketCharges"][-1], ticket)

    def _outcome(self, ticket: dict[str, Any], rows: Rows) -> None:
        rng = self._rng
        if ticket["serviceLevelAgreementID"] is not None:
            self._ids["ServiceLevelAgreementResults"] += 1
            result = result_row(ticket) | {"id": self._ids["ServiceLevelAgreementResults"]}
            rows["ServiceLevelAgreementResults"].append(result)
        if ticket["contactID"] is not None and rng.random() < 0.12:
            done = epoch(ticket["completedDate"])
            answered = done + int(rng.random() * 2 * DAY)
            rating = rng.choice((5.0, 5.0, 5.0, 4.0, 4.0, 3.0, 2.0, 1.0))
            late = answered >= self._now
            self._add(
                rows,
                "SurveyResults",
                surveyID=1,
                ticketID=ticket["id"],
                companyID=ticket["companyID"],
                contactID=ticket["contactID"],
                sendDate=stamp(done),
                completeDate=None if late else stamp(answered),
                surveyRating=None if late else rating,
                resourceRating=None if late else rating,
            )

    def _touch(self, ticket: dict[str, Any], at: str, resource: int | None) -> None:
        if at > ticket["lastActivityDate"]:
            ticket["lastActivityDate"] = at
            if resource is not None:
                ticket["lastActivityResourceID"] = resource
