"""What would be refused of a write, as far as the tenant's lists tell: for whoever proposes it."""

from collections.abc import Callable
from functools import partial

from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing import charges, notes, opportunities, service_calls, tickets, time_entries
from servicedesk_autotask.writing.checking import checked_values
from servicedesk_autotask.writing.kinds import entity_of, lists_of, shape_of
from servicedesk_autotask.writing.wire import to_wire
from servicedesk_autotask.writing.words import UnknownWordError, Words
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import Write, WriteCapability, WriteProblem


def foreseen(write: Write, kind: WriteCapability, words: Words, settings: AutotaskSettings) -> tuple[WriteProblem, ...]:
    """Return what would be refused; asks nobody, and a list that is not known refuses nothing.

    Args:
        write: The change.
        kind: Its kind.
        words: The tenant's lists.
        settings: The connection's settings.
    """
    try:
        values = checked_values(write, kind)
    except RejectedError as error:
        return (_problem(error),)
    entity = entity_of(kind)
    alone: dict[str, Callable[[], object]] = {
        "ServiceCalls": partial(service_calls.plain, values, words),
        "TimeEntries": partial(time_entries.span, values),
    }
    if entity in alone:
        return _refused(alone[entity])
    if lists_of(kind) not in words.lists.entities:
        return ()
    if entity == "AttachmentInfo":
        return _refused(partial(notes.publish_of, kind, words))
    if entity == "TicketNotes":
        return _refused(partial(notes.new_note, write, kind, values, words, settings))
    shape = shape_of(kind)
    if not words.lists.udfs(entity):
        values.pop("custom_fields", None)
    each = (_refused(partial(to_wire, shape, {name: value}, words)) for name, value in values.items())
    found = tuple(problem for problems in each for problem in problems)
    whole: dict[str, Callable[[], object]] = {
        "tickets.create": partial(tickets.with_defaults, values, words),
        "opportunities.create": partial(opportunities.plain_opportunity, values, words),
        "charges.create": partial(charges.plain_charge, values, words, settings),
    }
    return found or _refused(whole.get(kind.kind, partial(to_wire, shape, values, words)))


def _refused(translate: Callable[[], object]) -> tuple[WriteProblem, ...]:
    try:
        translate()
    except UnknownWordError as error:
        return (_problem(error),) if error.offered else ()
    except RejectedError as error:
        return (_problem(error),)
    return ()


def _problem(error: RejectedError) -> WriteProblem:
    told = error.message.removeprefix("Not sent: ")
    problem = WriteProblem(
        field=next(iter(error.field_errors), ""), reason=told[:1].upper() + told[1:], hint=error.hint
    )
    if isinstance(error, UnknownWordError) and error.word is not None:
        return WriteProblem(problem.field, problem.reason, error.word, error.offered)
    return problem
