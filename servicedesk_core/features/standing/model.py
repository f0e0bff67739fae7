"""Standing approvals, automatic acts and what these would do, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.standing.kinds import ActMode


class ApprovalState(StrEnum):
    """Whether a standing approval holds."""

    HOLDS = "holds"
    FULL = "full"
    """A limit is reached: it goes on when there is room again."""
    OFF = "off"
    """Its act is turned off, or only recommends."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A standing approval."""

    name: Annotated[str, Column("Its name.", leads="standing.show")]
    act: Annotated[str, Column("The automatic act that it lets.")]
    state: Annotated[ApprovalState, Column("Whether it holds.")]
    scope: Annotated[str, Column("What it is limited to; nothing = it is for everything.", spare=2, wraps=True)]
    used_hour: Annotated[int, Column("How many writes were approved by it within an hour.", "In an hour")]
    per_hour: Annotated[int, Column("How many may be, and may be sent.", "of")]
    used_day: Annotated[int, Column("How many were within 24 hours.", "In a day")]
    per_day: Annotated[int, Column("How many may be.", "of ")]
    per_run: Annotated[int, Column("How many one run may have approved.", shown=False)]
    queued: Annotated[int, Column("How many are approved by it and not sent yet.", spare=4)]
    expires_at: Annotated[datetime, Column("When it ends by itself.", "Until")]
    granted_by: Annotated[str, Column("Who granted it.", spare=3)]
    granted_at: Annotated[datetime, Column("When.", spare=1)]
    version: Annotated[int, Column("Version of the definitions that it came with.", shown=False)]


@dataclass(frozen=True, slots=True)
class RuledWrite:
    """A write that was approved by a rule."""

    write: Annotated[int, Column("Its number.", "No.", leads="writes.show")]
    label: Annotated[str, Column("What people call the target.", "Target", cut=20)]
    state: Annotated[str, Column("Where it stands.")]
    approved_at: Annotated[datetime, Column("When it was approved.", "Approved")]
    reasons: Annotated[tuple[str, ...], Column("Why.", wraps=True)]
    rejected: Annotated[tuple[str, ...], Column("What else was looked at, each with why not.", shown=False)]


@dataclass(frozen=True, slots=True)
class ApprovalDetail:
    """A standing approval with what was done by it."""

    approval: Annotated[ApprovalRow, Column("The standing approval.")]
    writes: Annotated[tuple[RuledWrite, ...], Column("The newest writes that were approved by it.")]


@dataclass(frozen=True, slots=True)
class ActRow:
    """An automatic act."""

    name: Annotated[str, Column("Its name.")]
    mode: Annotated[ActMode, Column("off, recommend, or auto: some standing approval lets it act.")]
    about: Annotated[str, Column("What it does.", wraps=True)]
    kinds: Annotated[tuple[str, ...], Column("The kinds of writes that it proposes.", spare=1)]
    rules: Annotated[tuple[str, ...], Column("The kinds of definitions that it goes by.", "Goes by", spare=2)]
    approvals: Annotated[tuple[str, ...], Column("The standing approvals that let it.", "Let by")]


@dataclass(frozen=True, slots=True)
class Would:
    """What an automatic act would do, or would have done."""

    act: Annotated[str, Column("The act.", spare=1)]
    at: Annotated[datetime | None, Column("When it would have been done; nothing = it would be now.", "Would be")]
    label: Annotated[str, Column("What it is about.", "Target", cut=20)]
    client: Annotated[str, Column("Whose that is.", cut=13, spare=2)]
    kind: Annotated[str, Column("What would be written.", "What", spare=3)]
    values: Annotated[dict[str, object], Column("Field to new value.", shown=False)]
    reasons: Annotated[tuple[str, ...], Column("Why.", wraps=True)]
    rejected: Annotated[tuple[str, ...], Column("What else was looked at, each with why not.", shown=False)]
    covered: Annotated[str, Column("The standing approval that covers it, or why none does.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a standing approval would have let within the last days: looked at before it is granted."""

    act: Annotated[str, Column("The act.")]
    days: Annotated[int, Column("Of how many days.")]
    scope: Annotated[str, Column("What it would be limited to.")]
    suggested: Annotated[int, Column("How often the act would have suggested something.")]
    covered: Annotated[int, Column("How much of that the scope covers.")]
    done: Annotated[int, Column("How much of that its limits let through.")]
    days_full: Annotated[int, Column("On how many days a limit of a day or an hour would have held something up.")]
    rows: Annotated[tuple[Would, ...], Column("What it would have done.")]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of a standing approval that was revoked."""

    name: Annotated[str, Column("Its name.")]
    taken_back: Annotated[int, Column("How many writes that were approved by it and not sent wait for people now.")]
