"""What a person can do about a write, by where it stands."""

from enum import StrEnum
from typing import Final

from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.outbox.views import WriteView


class Step(StrEnum):
    """What a person decides about a write."""

    APPROVE = "approve"
    EDIT = "edit"
    DISCARD = "discard"
    RETRY = "retry"
    DONE = "done"
    ABSENT = "absent"
    LEAVE = "leave"
    REVERT = "revert"


_S = WriteState
_STEPS: Final = {
    _S.PROPOSED: (Step.APPROVE, Step.EDIT, Step.DISCARD),
    _S.QUEUED: (Step.RETRY, Step.EDIT, Step.DISCARD),
    _S.IN_DOUBT: (Step.RETRY, Step.DONE, Step.ABSENT, Step.LEAVE),
    _S.REJECTED: (Step.RETRY, Step.EDIT, Step.DISCARD),
    _S.PARTLY_APPLIED: (Step.RETRY, Step.EDIT, Step.DISCARD),
    _S.CONFIRMED: (Step.REVERT,),
}

OUTCOMES: Final = {Step.DONE: _S.CONFIRMED, Step.ABSENT: _S.QUEUED, Step.LEAVE: _S.DISCARDED}
"""What a doubt is settled as."""

_SAID: Final = {
    Step.APPROVE: "Approve and send",
    Step.EDIT: "Edit",
    Step.DISCARD: "Discard",
    Step.DONE: "The vendor has it",
    Step.ABSENT: "The vendor does not have it: send it again",
    Step.LEAVE: "Leave it, whatever became of it",
    Step.REVERT: "Propose the old values again",
}
_RETRIED: Final = {
    _S.QUEUED: "Send it now",
    _S.IN_DOUBT: "Look again",
    _S.REJECTED: "Send it again",
    _S.PARTLY_APPLIED: "Send the rest",
}


def steps_of(write: WriteView) -> dict[Step, str]:
    """Return what can be decided about a write, and how a button says it; what goes on comes first."""
    state = WriteState(write.state)
    found = {step: _said(step, write) for step in _STEPS.get(state, ())}
    if write.kind.partition(".")[0] not in STREAMS:  # a claim is edited as a claim
        found.pop(Step.EDIT, None)
    if write.target is None:  # what was made is not taken back
        found.pop(Step.REVERT, None)
        if state is _S.PARTLY_APPLIED:  # sent again it would be a second one
            found.pop(Step.RETRY, None)
            found.pop(Step.EDIT, None)
    return found


def _said(step: Step, write: WriteView) -> str:
    if step is Step.RETRY:
        is_conflict = any(change.theirs is not None for change in write.changes)
        return "Write over what the vendor shows" if is_conflict else _RETRIED[WriteState(write.state)]
    if step is Step.DISCARD and write.state == _S.PARTLY_APPLIED:
        return "Leave the rest"
    return _SAID[step]
