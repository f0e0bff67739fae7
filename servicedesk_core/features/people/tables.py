"""When people last did what, as audit trail and outbox tell it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from servicedesk_core.capabilities import ASSIGNING, Capability
from servicedesk_core.features.signins import SIGNED_IN
from servicedesk_core.people import name_in, names_in
from servicedesk_core.store import Tx, audit, outbox

_USES: Final[Mapping[str, Capability]] = {
    "write.queued": Capability.WRITES_APPROVE,
    "write.edited": Capability.WRITES_APPROVE,
    "write.discarded": Capability.WRITES_APPROVE,
    "writes.allowed": Capability.WRITES_APPROVE,
    "claim.drafted": Capability.CLAIMS_DRAFT,
    "claim.edited": Capability.CLAIMS_DRAFT,
    "claim.file_added": Capability.CLAIMS_DRAFT,
    "claim.recorded": Capability.CLAIMS_SEND,
    "claim.given_up": Capability.CLAIMS_SEND,
    "definitions.applied": Capability.DEFINITIONS_APPLY,
    "person.invited": Capability.PEOPLE_WRITE,
    "person.changed": Capability.PEOPLE_WRITE,
    "person.removed": Capability.PEOPLE_WRITE,
    "invitation.made": Capability.PEOPLE_WRITE,
    "quality.sampled": Capability.QUALITY_WRITE,
    "quality.reviewed": Capability.QUALITY_WRITE,
    "quality.imported": Capability.QUALITY_WRITE,
    "concern.opened": Capability.QUALITY_WRITE,
    "concern.changed": Capability.QUALITY_WRITE,
    "concern.closed": Capability.QUALITY_WRITE,
    "scorecards.issued": Capability.SCORECARDS_WRITE,
    "scorecards.published": Capability.SCORECARDS_WRITE,
    "scorecards.agreed": Capability.SCORECARDS_WRITE,
    "scorecards.commented": Capability.SCORECARDS_COMMENT,
    "privacy.erased": Capability.PRIVACY_ACT,
    "privacy.copies_deleted": Capability.PRIVACY_ACT,
}
"""What the acts of the audit trail take; of what was proposed the outbox says more."""

_PROPOSES: Final = {"assets": Capability.WARRANTY_WRITE, "claims": Capability.CLAIMS_SEND}
"""What it takes to propose a write, by what it is about; else ``tickets.write``."""

Uses = dict[tuple[str, Capability | None], datetime]
"""When somebody last used a capability; with ``None``, when they last did anything."""

_SIGN_INS: Final = "signin."
"""How the acts begin by which somebody comes and goes: they change nothing of the desk's."""


def uses_in(latest: Iterable[tuple[str, str, datetime]], tx: Tx) -> Uses:
    """Return when who last used what.

    Args:
        latest: Who did what, each once, and when they did it last.
        tx: Any transaction.
    """
    uses: Uses = {}
    for actor, action, at in latest:
        if action != audit.REFUSED and not action.startswith(_SIGN_INS):
            for name, capability in _used(actor, action):
                uses[name, capability] = max(at, uses.get((name, capability), at))
    for actor, kind, at, assigned_at in outbox.proposers(tx, ASSIGNING):
        took = _PROPOSES.get(kind.partition(".")[0], Capability.TICKETS_WRITE)
        for key, when in (((name_in(actor), took), at), ((name_in(actor), Capability.TICKETS_ASSIGN), assigned_at)):
            if when is not None:
                uses[key] = max(when, uses.get(key, when))
    return uses


def signed_in_at(latest: Iterable[tuple[str, str, datetime]]) -> dict[str, datetime]:
    """Return when who last signed in, by the names of actors."""
    return {name_in(actor): at for actor, action, at in latest if action == SIGNED_IN}


def _used(actor: str, action: str) -> Iterable[tuple[str, Capability | None]]:
    acted = name_in(actor)
    yield from ((name, None) for name in names_in(actor))
    yield from ((name, Capability.ACT_AS) for name in names_in(actor) - {acted})
    if action in _USES:
        yield acted, _USES[action]
