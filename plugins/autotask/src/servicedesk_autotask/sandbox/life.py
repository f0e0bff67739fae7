"""The desk lives on: what happens between two looks at it."""

# ruff: noqa: PLR2004  the shares and ids of an invented desk need no names

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from servicedesk_autotask.sandbox.desk import COMPLETE, NEW, Act, Desk
from servicedesk_autotask.sandbox.entities import catalogue
from servicedesk_autotask.sandbox.rules import RULES, Rules
from servicedesk_autotask.sandbox.rules.tickets import next_number
from servicedesk_autotask.sandbox.seed.moments import busyness
from servicedesk_autotask.sandbox.seed.tickets import IN_PROGRESS, TicketMaker
from servicedesk_autotask.sandbox.seed.world import Technician, World
from servicedesk_autotask.sandbox.values import format_instant

_LEAST_TICKETS, _LEAST_CHANGES = 3, 6
_CHANGES_PER_TICKET = 3.0
_LIVELY_SHARE = 300


class Life:
    """Moves the desk forward with the same rules as writes over HTTP."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def advance(self, hours: float) -> dict[str, int]:
        """Let time pass.

        Args:
            hours: How much; everything that happens is stamped within it.

        Returns:
            Number of new tickets, status changes, notes, time entries and completions.
        """
        if hours <= 0:
            raise ValueError("hours must be above 0")
        store = self._desk.store
        step = int(store.meta("advances") or 0) + 1
        store.set_meta("advances", step)
        rng = Random(f"life:{self._desk.options.seed}:{step}")  # noqa: S311  not a secret
        world = World(store)
        start = self._desk.clock.now()
        new, changes = self._amounts(start, hours)
        counts: Counter[str] = Counter(created=0, changed=0, notes=0, time_entries=0, completed=0)
        acts = ["create"] * new + ["change"] * changes
        rng.shuffle(acts)
        moments = sorted(rng.random() * hours for _ in acts)
        with store.transaction():
            for act, moment in zip(acts, moments, strict=True):
                at = start + timedelta(hours=moment) + timedelta(milliseconds=1)
                if act == "create":
                    self._create(rng, world, at)
                    counts["created"] += 1
                else:
                    self._change(rng, world, at, counts)
        self._desk.clock.move(timedelta(hours=hours))
        return dict(counts)

    def _amounts(self, start: datetime, hours: float) -> tuple[int, int]:
        per_day = float(self._desk.store.meta("per_day") or 10)
        middle = int((start + timedelta(hours=hours / 2)).timestamp())
        # A night is quiet, but never so quiet that nothing can be shown.
        lively = 0.5 + 0.5 * busyness(middle) if hours < 24 else 1.0
        new = max(_LEAST_TICKETS, round(per_day * hours / 24 * lively))
        return new, max(_LEAST_CHANGES, round(new * _CHANGES_PER_TICKET))

    def _create(self, rng: Random, world: World, at: datetime) -> None:
        store = self._desk.store
        maker = TicketMaker(rng, world, now=int(at.timestamp()) + 1, days=1)
        ticket = maker.newcomer(store.next_id("Tickets"), int(at.timestamp()))
        act = self._act(at, ticket["creatorResourceID"], None, ticket)
        kept = {name: ticket[name] for name in ("creatorType", "createdByContactID", "dueDateTime")}
        RULES["Tickets"].prepare[0](act)
        ticket |= kept | {"ticketNumber": next_number(act)}
        store.put("Tickets", [ticket])
        for effect in RULES["Tickets"].effects:
            effect(act)

    def _change(self, rng: Random, world: World, at: datetime, counts: Counter[str]) -> None:
        store = self._desk.store
        recent = store.select("Tickets", f'"status" <> {COMPLETE}', tail=f"ORDER BY id DESC LIMIT {_LIVELY_SHARE}")
        if not recent:
            return
        before = rng.choice(recent)
        row = dict(before)
        technician = self._worker(rng, world, row)
        pick = rng.random()
        if row["status"] == NEW or pick < 0.3:
            row["status"] = IN_PROGRESS if row["status"] != IN_PROGRESS else rng.choice((7, 9, 12, 17, 10))
            counts["changed"] += 1
        elif pick < 0.55:
            row["status"] = COMPLETE
            row["resolution"] = rng.choice(world.words["resolutions"])
            counts["completed"] += 1
        elif pick < 0.8:
            self._note(rng, world, at, row, technician)
            counts["notes"] += 1
            return
        else:
            self._time(rng, world, at, row, technician)
            counts["time_entries"] += 1
            return
        row["assignedResourceID"], row["assignedResourceRoleID"] = technician.id, technician.role
        self._perform("Tickets", self._act(at, technician.id, before, row))

    def _worker(self, rng: Random, world: World, row: dict[str, Any]) -> Technician:
        known = {technician.id: technician for technician in world.technicians}
        return known.get(row["assignedResourceID"]) or rng.choice(world.technicians)

    def _note(self, rng: Random, world: World, at: datetime, ticket: dict[str, Any], who: Technician) -> None:
        public = rng.random() < 0.5
        text = rng.choice(world.words["public_notes" if public else "internal_notes"])
        values = {"ticketID": ticket["id"], "description": text, "title": "Update", "noteType": 3}
        self._add("TicketNotes", at, who, values | {"publish": 1 if public else 2})

    def _time(self, rng: Random, world: World, at: datetime, ticket: dict[str, Any], who: Technician) -> None:
        hours = 0.25 * (1 + int(rng.expovariate(0.6)))
        values = {
            "ticketID": ticket["id"],
            "resourceID": who.id,
            "roleID": who.role,
            "billingCodeID": 100,
            "hoursWorked": hours,
            "startDateTime": format_instant(at - timedelta(hours=hours)),
            "endDateTime": format_instant(at),
            "isNonBillable": False,
            "summaryNotes": rng.choice(world.words["time_summaries"]),
        }
        self._add("TimeEntries", at, who, values)

    def _add(self, entity: str, at: datetime, who: Technician, values: dict[str, Any]) -> None:
        row = catalogue()[entity].blank | {"userDefinedFields": []} | values
        self._perform(entity, self._act(at, who.id, None, row))

    def _act(self, at: datetime, author: int, before: dict[str, Any] | None, row: dict[str, Any]) -> Act:
        return Act(self._desk, author, None, format_instant(at.astimezone(UTC)), before, row)

    def _perform(self, entity: str, act: Act) -> None:
        rules = RULES.get(entity, Rules())
        for prepare in rules.prepare:
            prepare(act)
        if act.before is None:
            act.row["id"] = self._desk.store.next_id(entity)
        self._desk.store.put(entity, [act.row])
        for effect in rules.effects:
            effect(act)
