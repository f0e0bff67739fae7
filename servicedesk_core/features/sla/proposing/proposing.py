"""The files of calendars and policies to begin with, proven on history by the same code that replays a draft."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.faces import DefinitionKind, Goal
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.proposing.gathered import (
    ALWAYS,
    OFFICE,
    agreements_of,
    contracts_with,
    hours_of,
    names_in,
    own_country,
)
from servicedesk_core.features.sla.proposing.proposal import proposed
from servicedesk_core.features.sla.proposing.writing import calendars_text, sla_text
from servicedesk_core.features.sla.replay.drafts import Draft
from servicedesk_core.features.sla.replay.running import Piece, Run
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted

_PAST: Final = timedelta(days=365)


def propose(
    tx: Tx, *, zone: str, now: datetime, goals: Mapping[Clock, Goal], kinds: Iterable[DefinitionKind[Any]]
) -> dict[str, str]:
    """Return the texts of files with calendars and policies, by name.

    Args:
        tx: Any transaction.
        zone: The desk's zone.
        now: The present instant.
        goals: What share of promises is to be kept.
        kinds: What may stand in definitions.
    """
    at, since = ZoneInfo(zone), now - _PAST
    hours = hours_of(tx, at, since)
    always = Calendar(name=ALWAYS, zone=zone, hours={"mon-sun": "00:00-24:00"})
    found = agreements_of(tx, {OFFICE: hours.calendar(zone), ALWAYS: always}, since)
    policies = proposed(found, {one.name: contracts_with(tx, one.name) for one in found if one.name})
    calendars = calendars_text(hours, zone, own_country(tx), now.astimezone(at).year)
    texts = {"calendars.toml": calendars, "sla.toml": sla_text(policies, goals, at)}
    draft = Draft(texts, kinds, calendars=(), policies=None, zone=at)
    run = Run(None, draft.evaluator, (since, now), now, Piece(None, None, 1))
    run.all_of(tx, conditions(tx, TicketFilter(everything=True)))
    texts["sla.toml"] = sla_text(
        policies,
        goals,
        at,
        reached=run.times,
        named=lambda stream, refs: names_in(tx, stream, [*refs]),
        judged=f"the last {_PAST.days} days: {counted(run.tickets, 'ticket')}",
    )
    return texts
