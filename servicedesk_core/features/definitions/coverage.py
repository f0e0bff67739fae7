"""What is the matter with definitions beside one another, and beside the records of the desk."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import STREAMS
from servicedesk_core.faces import Finding, Found, Refers, words_at
from servicedesk_core.features.definitions.calendars import CALENDARS
from servicedesk_core.features.definitions.queries import DefiningDesk
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import fields_of
from servicedesk_core.store.queries.names import Meant, meant_each, name_column
from servicedesk_core.store.schema import RECORDS


def look_over(tx: Tx, found: Found, desk: DefiningDesk) -> Iterator[Finding]:
    """Yield calendars that are for the same region, and what definitions name that no connection has."""
    yield from in_one_region(found)
    for kind in (kind for feature in desk.features for kind in feature.kinds if kind.records):
        own = [(name, one.model_dump()) for (which, name), one in found.items() if which == kind.name]
        named = [(name, *each) for name, values in own for each in words_at(values, kind.records)]
        for refers in dict.fromkeys(refers for _, _, refers, _ in named):
            asked = [(name, path, word) for name, path, one, word in named if one == refers]
            known = _known(tx, refers)
            means = {} if refers.field else meant_each(tx, refers.stream, {word for *_, word in asked})
            for name, path, word in asked if known else ():
                text = _no_value(refers, word, known) if refers.field else _unknown(refers, word, means[word], known)
                if text:
                    yield Finding(kind.name, name, text, path)


def in_one_region(found: Found) -> Iterator[Finding]:
    """Yield calendars that name a region which another one names, too: nothing would say whose it is."""
    first: dict[str, str] = {}
    for calendar in (one for (kind, _), one in found.items() if kind == CALENDARS.name and isinstance(one, Calendar)):
        for region in calendar.regions:
            other = first.setdefault(region, calendar.name)
            if other != calendar.name:
                text = f'"{region}" is a region of {CALENDARS.name}.{other}, too; name it in one of the two.'
                yield Finding(CALENDARS.name, calendar.name, text, ("regions",), is_wrong=True)


def _known(tx: Tx, refers: Refers) -> list[str]:
    """Return the words that mean something; of a field that has words of its own those, else what records hold."""
    t = RECORDS[refers.stream].c
    if refers.field:
        python = next(one.python for one in fields_of(STREAMS[refers.stream]) if one.name == refers.field)
        if issubclass(python, StrEnum):
            return [*python]
        held = select(t[refers.field]).where(t.gone_at.is_(None), t[refers.field].is_not(None))
        return [*tx.execute(held.distinct()).scalars()]
    name = t.external_id if refers.by_id else name_column(refers.stream)
    return [word for word in tx.execute(select(name).where(t.gone_at.is_(None))).scalars() if word]


def _no_value(refers: Refers, word: str, known: list[str]) -> str:
    """Return what is the matter with a word that is to be the value of a field; nothing = it is one."""
    noun = refers.stream.replace("_", " ")
    return "" if word in known else f'no {refers.field} of {noun} is "{word}".{did_you_mean(word, known)}'


def _unknown(refers: Refers, word: str, means: list[Meant], known: list[str]) -> str:
    """Return what is the matter with a word; nothing = a connection has what it means."""
    ids = [one.external_id for one in means]
    if not means:
        noun = refers.stream.replace("_", " ")
        return f'"{word}" is none of the {noun} that connections have.{did_you_mean(word, known)}'
    if refers.by_id and word not in ids:
        return f'"{word}" is a name, and what is asked for is the vendor\'s id. Did you mean "{ids[0]}"?'
    return "" if any(not one.is_gone for one in means) else f'the vendor has "{word}" no more.'
