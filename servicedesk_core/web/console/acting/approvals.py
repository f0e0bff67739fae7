"""What waits for somebody to decide: proposals, doubts, what was refused or is done in part."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import ServiceDeskError, SettingsError, WriteStateError
from servicedesk_core.features.writes import OUTCOMES, WARNING, Step, detail, readers, standing, steps_of
from servicedesk_core.features.writes.actions import OutboxActs
from servicedesk_core.features.writes.queries import WriteQueries
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.people import actor_in_words
from servicedesk_core.web.console.acting import requests
from servicedesk_core.web.console.acting.doing import once
from servicedesk_core.web.console.acting.results import Outcome
from servicedesk_core.web.console.acting.terminal import Paper
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.forms import fields_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.values import Moment
from servicedesk_core.web.console.visiting import Visit
from servicedesk_core.web.statuses import status_of
from servicedesk_core.wording import field_name, field_value, kind_in_words

_PAGES: Final = "servicedesk_core.web.console.acting"
_WHERE: Final = "/approvals"
_MOST: Final = 200
_WORD: Final = re.compile(r"(\d{1,15})@(\d{1,9})\.([0-9a-f]{16})", re.ASCII)
_AGREED: Final = "agreed"

_S = WriteState
_SECTIONS: Final = (
    ("Waiting for an approval", (_S.PROPOSED,)),
    ("In doubt", (_S.IN_DOUBT,)),
    ("Refused, or done in part", (_S.REJECTED, _S.PARTLY_APPLIED)),
    ("On their way", (_S.QUEUED, _S.SENDING)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A write in a list.

    Attributes:
        write: The write.
        word: What is sent when something is decided about it: it names what was looked at.
        what: What is written and how, in words.
        by: Who proposed it, in words.
        readers: Who can read what is written; empty = nobody said.
        at: When it was proposed.
        changes: Its fields, before and after.
    """

    write: WriteView
    word: str
    what: str
    by: str
    readers: str
    at: Moment
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Writes about which the same can be decided.

    Attributes:
        title: What they are.
        rows: They.
        steps: What can be decided about all of them, and how a button says it.
    """

    title: str
    rows: tuple[Row, ...]
    steps: dict[Step, str]


@dataclass(frozen=True)
class Approvals:
    """What answers with what waits, and does what was decided.

    Args:
        addresses: Where things are.
    """

    addresses: Addresses

    async def show(self, visit: Visit) -> Response:
        """Show what waits, or those that were asked for by their numbers."""
        return await self._list(visit, _numbers(visit))

    async def one(self, visit: Visit) -> Response:
        """Show one write, and what can be decided about it."""
        return await self._one(visit, _number(visit))

    async def edit(self, visit: Visit) -> Response:
        """Show the fields of a write, to be changed."""
        visit.desk.permitted(OutboxActs.edit.needs, OutboxActs.edit.name)
        write = (await visit.desk.call(WriteQueries.show, _number(visit))).write
        if Step.EDIT not in steps_of(write):
            return RedirectResponse(f"{_WHERE}/{write.id}", 303)
        fields = [(one.field, field_name(one.field), _text(one.after), one.after_name) for one in write.changes]
        frame = framed(visit, self.addresses, f"Edit write {write.id}")
        return page(frame, f"{_PAGES}/edit.html", write=write, word=word_of(write), fields=fields, problem="")

    async def decide(self, visit: Visit) -> Response:
        """Do what was decided, once; more than the brake lets through is asked about first."""
        pairs = await fields_of(visit.request)
        sent = dict(pairs)
        step, words = _step(sent.get("_do", "")), [word for name, word in pairs if name == "write"]
        versions = dict(map(_read, words))
        numbers = [*versions]
        if not numbers:
            raise SettingsError("Nothing was chosen.", hint="Go back, and choose at least one write.")
        key = requests.id_of(visit.desk.actor.name, f"writes.{step}", " ".join(sorted(words)))
        agreed = sent.get(_AGREED) == "true"
        try:
            if step is Step.APPROVE and not agreed:
                exceeding = await visit.desk.call(OutboxActs.exceeding, numbers)
                if exceeding and await visit.desk.store.read(lambda tx: requests.sent(tx, key)) is None:
                    frame = framed(visit, self.addresses, "More than usual")
                    told: dict[str, Any] = {"exceeding": exceeding, "words": words, "count": len(numbers)}
                    return page(frame, f"{_PAGES}/allowance.html", policy=visit.desk.outbox.sending.policy, **told)
            await once(visit, key, f"writes.{step}", lambda: _decided(visit, step, versions, sent, agreed=agreed))
        except ServiceDeskError as error:
            status = status_of(error).value
            status = HTTPStatus.CONFLICT if status == HTTPStatus.INTERNAL_SERVER_ERROR else status
            shown = self._one(visit, numbers[0], error) if len(numbers) == 1 else self._list(visit, [], error)
            answer = await shown
            answer.status_code = status
            return answer
        return RedirectResponse(f"/acts/done/{key}", 303)

    async def _list(self, visit: Visit, numbers: Sequence[int], problem: ServiceDeskError | None = None) -> Response:
        if numbers:
            found = [(await visit.desk.call(WriteQueries.show, number)).write for number in numbers]
        else:
            found = [*(await visit.desk.call(WriteQueries.list, limit=_MOST)).items]
        sections = (
            Section(title, rows, _common(rows))
            for title, states in (*_SECTIONS, ("Done", (_S.CONFIRMED, _S.DISCARDED)))
            if (rows := tuple(_row(visit, one) for one in found if one.state in states))
        )
        return page(
            framed(visit, self.addresses, "Approvals"),
            f"{_PAGES}/approvals.html",
            sections=tuple(sections),
            warning=WARNING,
            asks_another=visit.desk.outbox.asks_another,
            may_decide=_may_decide(visit),
            is_cut=len(found) == _MOST,
            problem=problem.message.rstrip() if problem else "",
            hint=(problem.hint or "") if problem else "",
        )

    async def _one(self, visit: Visit, number: int, problem: ServiceDeskError | None = None) -> Response:
        found = await visit.desk.call(WriteQueries.show, number)
        paper, write = Paper(visit.zone), found.write
        detail(paper, found)
        steps = steps_of(write) if _may_decide(visit) else {}
        return page(
            framed(visit, self.addresses, f"Write {number}: {write.label}"),
            f"{_PAGES}/write.html",
            write=write,
            word=word_of(write),
            standing=standing(write),
            warning=WARNING if Step.APPROVE in steps else "",
            asks_another=visit.desk.outbox.asks_another,
            steps=steps,
            settles={*OUTCOMES} & {*steps},
            pieces=paper.pieces,
            ticket=self._about(write),
            problem=problem.message.rstrip() if problem else "",
            hint=(problem.hint or "") if problem else "",
        )

    def _about(self, write: WriteView) -> str | None:
        """Return where the ticket is that a write is about."""
        stream, _, _ = write.kind.partition(".")
        ticket = write.target if stream == "tickets" else write.parent
        return self.addresses.record("tickets.show", ticket, write.connection) if ticket else None


def word_of(write: WriteView) -> str:
    """Return a write with what was looked at: whatever happened to it since makes it another one."""
    digest = hashlib.sha256(repr(write).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{write.id}@{write.version}.{digest}"


async def _decided(
    visit: Visit, step: Step, versions: dict[int, int], sent: dict[str, str], *, agreed: bool
) -> Outcome:
    numbers, reason = [*versions], sent.get("reason", "")
    match step:
        case Step.APPROVE:
            writes = await visit.desk.call(OutboxActs.approve, numbers, versions=versions, send=True, agreed=agreed)
        case Step.RETRY:
            writes = await visit.desk.call(OutboxActs.retry, numbers, send=True)
        case Step.DISCARD:
            writes = await visit.desk.call(OutboxActs.discard, numbers, reason=reason)
        case Step.EDIT:
            write = (await visit.desk.call(WriteQueries.show, numbers[0])).write
            if write.version != versions[numbers[0]]:
                hint = "Look at what it is now, and edit that."
                raise WriteStateError("Somebody changed it meanwhile.", hint=hint)
            before = {change.field: change.after for change in write.changes}
            given = {field: sent.get(f"field-{field}") for field in before}
            fields = {name: word for name, word in given.items() if (word or "") != _text(before[name])}
            writes = (await visit.desk.call(OutboxActs.edit, numbers[0], fields, reason=reason),)
        case Step.REVERT:
            back = await visit.desk.call(OutboxActs.revert, numbers[0], reason=reason)
            writes = (back.write,)
        case _:
            ref = sent.get("ref") if step is Step.DONE else None
            told = await visit.desk.call(OutboxActs.resolve, numbers[0], OUTCOMES[step], ref=ref, reason=reason)
            writes = (told,)
    if len(writes) == 1:
        return {"write": writes[0].id, "writes": [writes[0].id]}
    rows = [{"record": f"{one.id} {one.label}", "told": standing(one), "writes": [one.id]} for one in writes]
    return {"rows": [{**row, "error": "", "hint": ""} for row in rows], "decided": True}


def _may_decide(visit: Visit) -> bool:
    needs = OutboxActs.approve.needs
    return needs is not None and visit.desk.may(needs)


def _row(visit: Visit, write: WriteView) -> Row:
    changes = tuple(
        f"{field_name(one.field)}: {_shown(one.field, one.before, one.before_name)} → "
        f"{_shown(one.field, one.after, one.after_name)}"
        for one in write.changes
    )
    at = Moment.of(write.proposed_at, visit.at, visit.zone)
    what, by = kind_in_words(write.kind), actor_in_words(write.proposed_by)
    return Row(write, word_of(write), what, by, readers(write) or "", at, changes)


def _common(rows: Sequence[Row]) -> dict[Step, str]:
    """Return what can be decided about all of some writes at once, in words that hold for each of them."""
    first, *others = (steps_of(row.write) for row in rows)
    alone = {Step.EDIT, Step.REVERT, *OUTCOMES}
    common = [step for step in first if step not in alone and all(step in one for one in others)]
    said = {step: {first[step], *(one[step] for one in others)} for step in common}
    return {step: words.pop() if len(words) == 1 else step.value.capitalize() for step, words in said.items()}


def _shown(field: str, value: Any, name: str | None) -> str:
    return name or ("(nothing)" if value is None or value == "" else field_value(field, value))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        raise SettingsError("The form does not say what to do.", hint="Open the page again.") from None


def _read(word: str) -> tuple[int, int]:
    if (found := _WORD.fullmatch(word)) is None:
        raise SettingsError("The form does not say which write is meant.", hint="Open the page again.")
    return int(found[1]), int(found[2])


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["number"])


def _numbers(visit: Visit) -> list[int]:
    words = visit.request.query_params.getlist("number")
    if not all(word.isascii() and word.isdecimal() and len(word) <= 15 for word in words):  # noqa: PLR2004  # as in _WORD
        raise SettingsError("This is no number of a write.", hint="The list of approvals has their numbers.")
    return [*dict.fromkeys(map(int, words))]
