"""The vendor's ticket history: rows of text, read against the tenant's own words.

The wording is not documented and changes; a line that can't be read stays an ``activity`` with the vendor's word, so
that no step is without a home and none is guessed.
"""

import re
from collections.abc import Iterator
from typing import Any

from servicedesk_autotask.meaning import values
from servicedesk_autotask.meaning.tickets import TicketWords
from servicedesk_autotask.meaning.values import Raw, UnusableValueError
from servicedesk_autotask.meaning.vocabulary import SYSTEM_RESOURCE, fold
from servicedesk_core.domain import ActorType, EventSource, EventType, MappingIssue, TicketEvent
from servicedesk_core.hooks import Mapped

_LINE = re.compile(
    r"""^\s*(?P<field>[A-Za-z][\w /]{0,60}?)\s*
        (?: :\s*(?P<old>.*?)\s*(?:->|→|=>|\s+to\s+)\s*(?P<new>.*?)
          | \s(?:was\s+|has\s+been\s+)?changed\s+from\s+(?P<old2>.*?)\s+to\s+(?P<new2>.*?) )\s*\.?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_QUOTES = "\"'[]\u201c\u201d\u2018\u2019"
_FIELDS = {
    "status": EventType.STATUS_CHANGED,
    "ticketstatus": EventType.STATUS_CHANGED,
    "priority": EventType.PRIORITY_CHANGED,
    "queue": EventType.QUEUE_CHANGED,
    "queueid": EventType.QUEUE_CHANGED,
    "queuename": EventType.QUEUE_CHANGED,
    "primaryresource": EventType.ASSIGNED,
    "assignedresource": EventType.ASSIGNED,
    "assignedresourceid": EventType.ASSIGNED,
    "resource": EventType.ASSIGNED,
}
_LONGEST_WORD = 255
State = dict[str, Any]


class HistoryReader:
    """Maps a row of a ticket's history.

    Args:
        words: What the tenant's words mean.
    """

    def __init__(self, words: TicketWords) -> None:
        self._words = words

    def __call__(self, raw: Raw) -> Mapped:
        """Return the row's events; a row that names several changes gives several."""
        number, ticket = values.ref(raw.get("id")), values.ref(raw.get("ticketID"))
        if number is None or ticket is None:
            raise UnusableValueError("no id or no ticket")
        issues: list[MappingIssue] = []
        at = values.instant(raw.get("date"), "effective_at", issues)
        if at is None:
            raise UnusableValueError("no usable date")
        action = (values.text(raw.get("action")) or "").strip()[:_LONGEST_WORD]
        resource = values.ref(raw.get("resourceID"))
        common: dict[str, Any] = {
            "ticket_ref": ticket,
            "source": EventSource.HISTORY,
            "effective_at": at,
            "vendor_word": action or None,
            "actor_ref": resource,
            "actor_type": None if resource is None else _actor(resource),
        }
        steps = list(self._steps(action, values.text(raw.get("detail")) or "", issues))
        events = [
            TicketEvent(
                external_id=number if index == 0 else f"{number}#{index + 1}",
                source_seq=int(number),
                type=kind,
                before=before,
                after=after,
                **common,
            )
            for index, (kind, before, after) in enumerate(steps)
        ]
        return Mapped(events[0], tuple(events[1:]), tuple(issues))

    def _steps(self, action: str, detail: str, issues: list[MappingIssue]) -> Iterator[tuple[EventType, State, State]]:
        read = False
        for line in detail.splitlines():
            found = _LINE.match(line)
            kind = _FIELDS.get(re.sub(r"[\s_]", "", found["field"]).lower()) if found else None
            if found is None or kind is None:
                continue
            old, new = found["old"] or found["old2"] or "", found["new"] or found["new2"] or ""
            before, after = self._state(kind, old.strip(_QUOTES), issues), self._state(kind, new.strip(_QUOTES), issues)
            yield kind, before, after
            read = True
        if not read:
            yield (EventType.CREATED if fold(action) in {"created", "create"} else EventType.ACTIVITY), {}, {}

    def _state(self, kind: EventType, word: str, issues: list[MappingIssue]) -> State:
        """Return the ticket fields that a word stands for."""
        if not word:
            empty = {EventType.QUEUE_CHANGED: "queue_ref", EventType.ASSIGNED: "assignee_ref"}
            return {empty[kind]: None} if kind in empty else {}
        if kind is EventType.STATUS_CHANGED:
            label, category = self._words.status_by_label.get(fold(word), (word, None))
            if category is None:
                issues.append(MappingIssue(kind="unmapped_status", field="status", value=word[:_LONGEST_WORD]))
                return {"status": label}
            return {"status": label, "status_category": category.value}
        if kind is EventType.PRIORITY_CHANGED:
            name, priority = self._words.priority_by_label.get(fold(word), (word, None))
            return {"priority_name": name} | ({"priority": priority.value} if priority else {})
        if kind is EventType.QUEUE_CHANGED:
            queue = self._words.queue_by_label.get(fold(word))
            return {"queue_ref": queue} if queue else {"queue": word}
        # People are named by name; only an id can be turned into a reference without a guess.
        return {"assignee_ref": word} if word.isdecimal() else {"assignee": word}


def _actor(resource: str) -> ActorType:
    return ActorType.SYSTEM if resource == SYSTEM_RESOURCE else ActorType.TECHNICIAN
