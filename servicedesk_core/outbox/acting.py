"""Automatic acts at work: proposed and approved as far as standing approvals cover them; nothing else is written."""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ServiceDeskError, StoreError
from servicedesk_core.faces.automatic import AutomaticAct, Suggestion
from servicedesk_core.outbox.standing import ENDED, Ruling, StandingApprovals, Stop, room
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite, automatic
from servicedesk_core.store.outbox.automatic import Automatic


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of a run of an automatic act.

    Attributes:
        approved: Numbers of the writes that were approved, and are sent when their turn comes.
        limited: How many were left for later, because a limit was reached.
        uncovered: How many no standing approval covers, by why.
        refused: Why something could not be proposed, each with what it was about.
        waiting: Numbers of writes that wait for a person: somebody edited them, or they need another person.
        left: What no standing approval covers, and nobody decided about yet.
    """

    approved: tuple[int, ...] = ()
    limited: int = 0
    uncovered: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    waiting: tuple[int, ...] = ()
    left: tuple[Suggestion, ...] = ()


class Propose(Protocol):
    """Proposes one write; see :meth:`servicedesk_core.outbox.writes.Writes.propose`."""

    async def __call__(
        self, intent: Intent, *, then: Sequence[Intent], also: Callable[[Tx, StoredWrite], None]
    ) -> WriteView:
        """Store it, and in the same transaction what belongs to it."""
        ...


class Acting:
    """One run of an automatic act.

    Args:
        store: The desk's store.
        clock: The time.
        approvals: The standing approvals of the desk.
        act: The act.
        actor: Who carries it out.
        needs_person: Says why a write takes the approval of a person, whatever rule there is; ``None`` = it does not.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        approvals: StandingApprovals,
        act: AutomaticAct,
        *,
        actor: str,
        needs_person: Callable[[Tx, StoredWrite], str | None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._approvals = approvals
        self._act = act
        self._actor = actor
        self._needs_person = needs_person
        self._run = uuid.uuid4().hex
        self._uncovered: Counter[str] = Counter()
        self._left: list[Suggestion] = []
        self._limited = 0

    async def carry_out(self, suggestions: Sequence[Suggestion], propose: Propose) -> Acted:
        """Propose what may be approved now, and approve it; see :meth:`servicedesk_core.outbox.writes.Writes.act`.

        Whoever is killed in between leaves proposals, which the next run approves.
        """
        now = self._clock.now()
        proposed: dict[int, Suggestion] = {}
        refused = []
        for one in await self._store.read(lambda tx: self._covered(tx, suggestions, now)):
            try:
                view = await propose(one.intent, then=one.then, also=partial(self._keep, one=one))
            except StoreError:
                raise
            except ServiceDeskError as error:  # one that cannot be proposed keeps none of the others waiting
                refused.append(f"{one.intent.label}: {error.message}")
            else:
                proposed[view.id] = one
        approved: list[int] = []
        waiting: list[int] = []
        if proposed:
            work = partial(self._decided, proposed=proposed)
            approved, waiting = await self._store.write(work, durable=True)
        uncovered, left = dict(self._uncovered), tuple(self._left)
        return Acted(tuple(approved), self._limited, uncovered, tuple(refused), tuple(waiting), left)

    def _covered(self, tx: Tx, suggestions: Sequence[Suggestion], now: datetime) -> list[Suggestion]:
        """Return what may be approved now, as far as limits reach; what was decided about already is not among it."""
        left: dict[str, int] = {}
        chosen = []
        for one in suggestions:
            if other := {intent.kind for intent in (one.intent, *one.then)} - {*self._act.kinds}:
                msg = f"{self._act.name} suggests {', '.join(sorted(other))}, which it does not declare"
                raise ValueError(msg)
            if not self._is_open(tx, one):
                continue
            ruling = self._approvals.ruling(tx, self._act, one.facts, now)
            if isinstance(ruling, Stop):
                self._uncovered[ruling.why] += 1
                self._left.append(one)
                continue
            left.setdefault(ruling.name, room(tx, ruling, now))
            if left[ruling.name] < (many := 1 + len(one.then)):
                self._limited += 1
            else:
                left[ruling.name] -= many
                chosen.append(one)
        return chosen

    def _kept(self, number: int, one: Suggestion) -> Automatic:
        facts = {name: list(words) for name, words in one.facts.items()}
        return Automatic(number, self._act.name, facts, one.reasons, one.rejected)

    def _keep(self, tx: Tx, write: StoredWrite, one: Suggestion) -> None:
        automatic.keep(tx, self._kept(write.id, one))

    def _decided(self, tx: Tx, proposed: Mapping[int, Suggestion]) -> tuple[list[int], list[int]]:
        """Approve what was proposed by the rules that cover it; return what was approved, and what waits for a person.

        Whoever approves under the same rule at the same time comes before or after it.
        """
        audit.take_turn(tx)
        now = self._clock.now()
        approved: list[int] = []
        waiting: list[int] = []
        used: Counter[str] = Counter()
        versions = outbox.versions(tx, list(proposed))
        known = automatic.of_all(tx, list(proposed))
        for number, one in proposed.items():
            write = outbox.get(tx, number)
            if number not in known or not self._may_be_approved(write):
                continue
            whole = [write, *(each for each in outbox.following(tx, [number]) if self._may_be_approved(each))]
            if versions[number] > 1 or any(self._needs_person(tx, each) for each in whole):
                waiting.append(number)
                continue
            ruling = self._approvals.ruling(tx, self._act, one.facts, now)
            if isinstance(ruling, Stop):
                self._uncovered[ruling.why] += 1
            elif min(room(tx, ruling, now), ruling.per_run - used[ruling.name]) < len(whole):
                self._limited += 1
            else:
                used[ruling.name] += len(whole)
                for each in whole:
                    self._approve(tx, each, one, ruling, now)
                    approved.append(each.id)
        return approved, waiting

    def _approve(self, tx: Tx, write: StoredWrite, one: Suggestion, ruling: Ruling, now: datetime) -> None:
        kept = replace(self._kept(write.id, one), approval=ruling.name, version=ruling.version)
        automatic.keep(tx, replace(kept, run=self._run, approved_at=now))
        facts = dict.fromkeys(("error_code", "error", "hint", "next_at"))
        decided = {"decided_by": str(ruling), "decided_at": now}
        why = f"approved by {ruling}"
        outbox.move(tx, write, WriteState.QUEUED, actor=self._actor, now=now, why=why, facts=facts | decided)

    def _is_open(self, tx: Tx, one: Suggestion) -> bool:
        """Whether nobody has decided yet about what is suggested."""
        number = outbox.asked_before(tx, one.intent.request_id or "")
        return number is None or self._may_be_approved(outbox.get(tx, number))

    @staticmethod
    def _may_be_approved(write: StoredWrite) -> bool:
        return write.state is WriteState.PROPOSED and write.error_code in {None, ENDED}
