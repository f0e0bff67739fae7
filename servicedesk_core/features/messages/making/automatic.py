"""Telling clients without asking: an act for each thing that they are told of, with standing approvals of its own."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.kinds import RULES, TEMPLATES
from servicedesk_core.features.messages.making.composing import INTERNAL_NOTE, MAIL, NOTE, Composed, Composer
from servicedesk_core.features.messages.making.happening import TOO_OLD
from servicedesk_core.features.messages.telling import BOTH, Decided
from servicedesk_core.features.messages.triggers import TRIGGERS, Trigger
from servicedesk_core.features.tickets import facts_now, facts_of, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


def _suggestions(trigger: Trigger, tx: Tx, desk: ConfiguredDesk, now: datetime) -> Iterator[Suggestion]:
    due = [one for one in tables.due(tx, now, now - TOO_OLD) if one.tells is trigger]
    composer = Composer(tx, desk.settings, now, due)
    for one in due:
        if isinstance(made := composer.of(one), Composed):
            yield made.suggestion


def _past(trigger: Trigger, tx: Tx, _desk: Any, period: Period) -> Iterator[Suggestion]:
    """Yield what there was to tell within a period, whatever became of it; in which words is not known any more."""
    found = tables.noticed(tx, trigger, period.start, period.end)
    rows = rows_by_id(tx, {one.ticket_id for one in found})
    for one in found:
        if (row := rows.get(one.ticket_id)) is not None:
            label, aggregate = f"{row.ticket} {row.title}".strip(), f"messages:{row.external_id}"
            intent = Intent(row.connection, MAIL, aggregate, label, {}, request_id=one.request_id)
            why = f"{row.ticket}: {TRIGGERS[trigger].says.rstrip('.').lower()}."
            yield Suggestion(intent, facts_of(row), (why,), at=one.due_at)


def _still(trigger: Trigger, tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of a ticket whose client is to be told, or why they need not be any more."""
    told = facts_now(tx, write)
    if isinstance(told, Moot) or write.kind == INTERNAL_NOTE:  # what stands on the ticket follows what was told
        return told if isinstance(told, Moot) else told[1]
    if tables.carried_by(tx, write) is None:
        return Moot("Nothing is kept of what it tells.")
    if not Decided(tx, now).is_told(trigger):
        return Moot(f"The desk does not tell clients of {trigger.value} any more.")
    return told[1]


def _bars(trigger: Trigger, tx: Tx, now: datetime) -> str | None:
    if Decided(tx, now).may_act(trigger):
        return None
    return f"Desk and PSA may both tell clients of {trigger.value}; {BOTH.format(trigger.value)}."


_DOES: Final[Mapping[str, Callable[..., Any]]] = {
    "SUGGESTS": _suggestions,
    "PAST": _past,
    "STILL": _still,
    "BARS": _bars,
}


def __getattr__(name: str) -> Any:
    """Return what an act does, such as ``PAST_RESOLVED``."""
    word, _, trigger = name.partition("_")
    if word in _DOES and trigger in Trigger.__members__:
        return partial(_DOES[word], Trigger[trigger])
    raise AttributeError(name)


ACTS: Final = tuple(
    AutomaticAct(
        trigger.act,
        f"Tells clients that a ticket: {TRIGGERS[trigger].says}",
        kinds=(MAIL, NOTE, INTERNAL_NOTE),
        suggests=f"{__name__}:SUGGESTS_{trigger.name}",
        past=f"{__name__}:PAST_{trigger.name}",
        still=f"{__name__}:STILL_{trigger.name}",
        rules=(TEMPLATES.name, RULES.name),
        by_job=False,
        bars=f"{__name__}:BARS_{trigger.name}",
    )
    for trigger in Trigger
)
