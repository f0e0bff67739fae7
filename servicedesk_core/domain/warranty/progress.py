"""How a manufacturer's answers are folded into a claim; pure: time is an argument."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty.claims import (
    ClaimLine,
    ClaimReport,
    ClaimStatus,
    Credit,
    LineDecision,
    PartReturn,
    ReturnState,
    VendorReference,
    Visit,
)
from servicedesk_core.domain.warranty.states import ClaimState, path, state_of


class ClaimEventKind(StrEnum):
    """What happened to a claim."""

    CREATED = "created"
    EDITED = "edited"
    CHECKED = "checked"
    ASKED = "asked"
    """Something was given to the write path: a submission, a note, a file, a withdrawal."""
    SENT = "sent"
    """The manufacturer confirmed something that was sent."""
    IN_DOUBT = "in_doubt"
    """The manufacturer may or may not have what was sent."""
    REFUSED = "refused"
    """The manufacturer, or the desk's operator, refused something before it took effect."""
    STATE = "state"
    VENDOR_STATUS = "vendor_status"
    UNKNOWN_STATUS = "unknown_status"
    """The manufacturer uses a word that has no meaning here; the state stays as it was."""
    WENT_BACK = "went_back"
    """The manufacturer reports a state that the claim has left behind; the state stays as it was."""
    NOT_FOUND = "not_found"
    """The manufacturer does not know the claim by its id."""
    DECISION = "decision"
    SHIPMENT = "shipment"
    VISIT = "visit"
    RETURN = "return"
    RETURN_OVERDUE = "return_overdue"
    CREDIT = "credit"
    RECORDED = "recorded"
    """A person recorded what the manufacturer answered."""
    PACKED = "packed"
    """A claim pack was written, for a manufacturer that is asked by hand."""


OLD_DENIAL = timedelta(days=1)
"""How long a denial that does not say when it was given may be the one before a resubmission."""

ALERTS = frozenset(
    {
        ClaimEventKind.UNKNOWN_STATUS,
        ClaimEventKind.WENT_BACK,
        ClaimEventKind.NOT_FOUND,
        ClaimEventKind.RETURN_OVERDUE,
    }
)
"""What somebody should look at."""


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A step of a claim's history.

    Attributes:
        kind: What happened.
        at: When; the manufacturer's own instant where it gives one.
        before: State before, where the state changed.
        after: State after.
        vendor_status: The manufacturer's word.
        is_inferred: Whether the step was not seen but must have been, because a later one was.
        detail: What it was about; values as text, money as decimal text.
    """

    kind: ClaimEventKind
    at: datetime
    before: ClaimState | None = None
    after: ClaimState | None = None
    vendor_status: str | None = None
    is_inferred: bool = False
    detail: dict[str, Any] = field(default_factory=dict)


class ClaimProgress(Model):
    """How far a claim has come at its manufacturer.

    Attributes:
        state: Where it stands; never submitting or in doubt, which only the outbox knows.
        vendor_status: The manufacturer's own word.
        ref: The manufacturer's id by which it is asked.
        denial_count: How often it was denied.
        resubmitted_at: When it was last sent again.
        seen_again: Whether the manufacturer showed something else than the denial since then.
        history_until: Newest entry of the manufacturer's history that was folded.
        went_back_to: State that the manufacturer reports although the claim has left it behind.
    """

    state: ClaimState = ClaimState.DRAFT
    vendor_status: str | None = None
    ref: str | None = None
    other_refs: tuple[VendorReference, ...] = ()
    denial_count: int = 0
    denial_reason: str | None = None
    decisions: tuple[LineDecision, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    visits: tuple[Visit, ...] = ()
    returns: tuple[PartReturn, ...] = ()
    credits: tuple[Credit, ...] = ()
    resubmitted_at: Instant | None = None
    seen_again: bool = False
    history_until: Instant | None = None
    went_back_to: ClaimState | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """A claim after an answer.

    Attributes:
        progress: How far it is now.
        events: What the answer told that was not known; empty when it told nothing new.
    """

    progress: ClaimProgress
    events: tuple[ClaimEvent, ...] = ()


def fold(progress: ClaimProgress, report: ClaimReport, lines: Sequence[ClaimLine], at: datetime) -> Folded:
    """Fold what a manufacturer reports into a claim. Folding the same report again changes nothing.

    Args:
        progress: How far the claim was.
        report: What the manufacturer says, or what a person recorded for it.
        lines: What was claimed, to tell an approval in part from a whole one.
        at: When it was asked.
    """
    events: list[ClaimEvent] = []
    for step in sorted(report.history, key=lambda one: one.at):
        if progress.history_until is not None and step.at <= progress.history_until:
            continue
        progress = _reach(progress, step.status, step.vendor_status, step.at, events, told=True)
        progress = _with(progress, history_until=step.at)
    progress = _facts(progress, report, at, events)
    status = _status(report, progress, lines)
    if not _is_stale(progress, report, at):
        moved_at = report.modified_at or at
        progress = _reach(progress, status, report.vendor_status, moved_at, events, told=False)
    if progress.state is ClaimState.DENIED and report.denial_reason:
        progress = _with(progress, denial_reason=report.denial_reason)
    return Folded(progress, tuple(events))


def is_overdue(part: PartReturn, today: date) -> bool:
    """Return whether a defective part should have been back by now; the last day counts as in time.

    Args:
        part: The part.
        today: The date where the desk is.
    """
    if part.state is ReturnState.OVERDUE:
        return True
    open_states = {ReturnState.DUE, ReturnState.IN_TRANSIT, ReturnState.PARTLY_RECEIVED}
    return part.state in open_states and part.due_on is not None and part.due_on < today


def _status(report: ClaimReport, progress: ClaimProgress, lines: Sequence[ClaimLine]) -> ClaimStatus | None:
    """Return the reported status; an approval is one in part when a line was not approved as asked."""
    if report.status is not ClaimStatus.APPROVED:
        return report.status
    asked = {line.number: line.quantity for line in lines}
    for decision in progress.decisions:
        short = decision.approved_quantity is not None and decision.approved_quantity < asked.get(
            decision.number, decision.approved_quantity
        )
        if decision.is_approved is False or short:
            return ClaimStatus.PARTIALLY_APPROVED
    return report.status


def _is_stale(progress: ClaimProgress, report: ClaimReport, at: datetime) -> bool:
    """Return whether the denial that an answer shows is the one before our last resubmission.

    Its own instant tells. A denial without one is the old one until the manufacturer showed something else since, gives
    another reason, or still shows it after :data:`OLD_DENIAL`.
    """
    if report.status is not ClaimStatus.DENIED or progress.resubmitted_at is None:
        return False
    if report.modified_at is not None:
        return report.modified_at < progress.resubmitted_at
    is_other = report.denial_reason is not None and report.denial_reason != progress.denial_reason
    return not (progress.seen_again or is_other or at - progress.resubmitted_at >= OLD_DENIAL)


def _reach(
    progress: ClaimProgress,
    status: ClaimStatus | None,
    word: str | None,
    at: datetime,
    events: list[ClaimEvent],
    *,
    told: bool,
) -> ClaimProgress:
    """Move to a status; ``told`` means that the manufacturer's own history says so, which proves a resubmission."""
    new_word = word is not None and word != progress.vendor_status
    if status is None:
        if new_word and word:
            kind = ClaimEventKind.VENDOR_STATUS if told else ClaimEventKind.UNKNOWN_STATUS
            events.append(ClaimEvent(kind, at, vendor_status=word))
        return _with(progress, vendor_status=word or progress.vendor_status)
    target = state_of(status)
    resubmitted = told or (progress.resubmitted_at is not None)
    states = path(progress.state, target, resubmitted=resubmitted)
    if states is None:
        if target is not progress.went_back_to and not told:
            events.append(ClaimEvent(ClaimEventKind.WENT_BACK, at, progress.state, target, word))
        return _with(progress, vendor_status=word or progress.vendor_status, went_back_to=target)
    if not states and new_word:
        events.append(ClaimEvent(ClaimEventKind.VENDOR_STATUS, at, vendor_status=word))
    before, denials = progress.state, progress.denial_count
    for state in states:
        last = state is target
        events.append(ClaimEvent(ClaimEventKind.STATE, at, before, state, word if last else None, is_inferred=not last))
        denials += state is ClaimState.DENIED
        before = state
    changes: dict[str, Any] = {
        "state": before,
        "denial_count": denials,
        "vendor_status": word or progress.vendor_status,
    }
    if states and before is ClaimState.DENIED:
        changes |= {"resubmitted_at": None, "seen_again": False}
    elif progress.resubmitted_at is not None and target is not ClaimState.DENIED and at >= progress.resubmitted_at:
        changes["seen_again"] = True
    return _with(progress, **changes)


def _facts(progress: ClaimProgress, report: ClaimReport, at: datetime, events: list[ClaimEvent]) -> ClaimProgress:
    changes: dict[str, Any] = {}
    if report.ref != progress.ref:
        changes["ref"] = report.ref
    if report.other_refs:
        changes["other_refs"] = tuple(dict.fromkeys((*progress.other_refs, *report.other_refs)))
    for name, kind in (
        ("decisions", ClaimEventKind.DECISION),
        ("shipments", ClaimEventKind.SHIPMENT),
        ("visits", ClaimEventKind.VISIT),
        ("returns", ClaimEventKind.RETURN),
        ("credits", ClaimEventKind.CREDIT),
    ):
        told: tuple[Model, ...] = getattr(report, name)
        if told:
            changes[name] = told
            events += (ClaimEvent(kind, at, detail=_said(one)) for one in _new(told, getattr(progress, name)))
    return _with(progress, **changes)


def _new(told: Sequence[Model], known: Sequence[Model]) -> Iterator[Model]:
    left = list(known)
    for one in told:
        if one in left:
            left.remove(one)
        else:
            yield one


def _said(one: Model) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude_none=True)


def _with(progress: ClaimProgress, **changes: Any) -> ClaimProgress:
    return progress.model_copy(update=changes) if changes else progress
