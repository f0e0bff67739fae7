"""Warranty: what is covered (coverage) and what is claimed (claims)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.domain.warranty.claims import Attachment as Attachment
    from servicedesk_core.domain.warranty.claims import Claim as Claim
    from servicedesk_core.domain.warranty.claims import ClaimLine as ClaimLine
    from servicedesk_core.domain.warranty.claims import ClaimProblem as ClaimProblem
    from servicedesk_core.domain.warranty.claims import ClaimReceipt as ClaimReceipt
    from servicedesk_core.domain.warranty.claims import ClaimReport as ClaimReport
    from servicedesk_core.domain.warranty.claims import ClaimService as ClaimService
    from servicedesk_core.domain.warranty.claims import ClaimStatus as ClaimStatus
    from servicedesk_core.domain.warranty.claims import ClaimStep as ClaimStep
    from servicedesk_core.domain.warranty.claims import Credit as Credit
    from servicedesk_core.domain.warranty.claims import CreditKind as CreditKind
    from servicedesk_core.domain.warranty.claims import CreditState as CreditState
    from servicedesk_core.domain.warranty.claims import LineDecision as LineDecision
    from servicedesk_core.domain.warranty.claims import PartReturn as PartReturn
    from servicedesk_core.domain.warranty.claims import ReturnState as ReturnState
    from servicedesk_core.domain.warranty.claims import VendorReference as VendorReference
    from servicedesk_core.domain.warranty.claims import Visit as Visit
    from servicedesk_core.domain.warranty.coverage import Delivery as Delivery
    from servicedesk_core.domain.warranty.coverage import DeviceRef as DeviceRef
    from servicedesk_core.domain.warranty.coverage import Entitlement as Entitlement
    from servicedesk_core.domain.warranty.coverage import EntitlementKind as EntitlementKind
    from servicedesk_core.domain.warranty.coverage import EntitlementResult as EntitlementResult
    from servicedesk_core.domain.warranty.coverage import LookupOutcome as LookupOutcome
    from servicedesk_core.domain.warranty.coverage import PartInfo as PartInfo
    from servicedesk_core.domain.warranty.coverage import PartLevel as PartLevel
    from servicedesk_core.domain.warranty.coverage import covered_on as covered_on
    from servicedesk_core.domain.warranty.drafts import ClaimDraft as ClaimDraft
    from servicedesk_core.domain.warranty.listing import EntitlementPage as EntitlementPage
    from servicedesk_core.domain.warranty.progress import ALERTS as ALERTS
    from servicedesk_core.domain.warranty.progress import ClaimEvent as ClaimEvent
    from servicedesk_core.domain.warranty.progress import ClaimEventKind as ClaimEventKind
    from servicedesk_core.domain.warranty.progress import ClaimProgress as ClaimProgress
    from servicedesk_core.domain.warranty.progress import Folded as Folded
    from servicedesk_core.domain.warranty.progress import fold as fold
    from servicedesk_core.domain.warranty.progress import is_overdue as is_overdue
    from servicedesk_core.domain.warranty.rules import EVIDENCE as EVIDENCE
    from servicedesk_core.domain.warranty.rules import NO_RULES as NO_RULES
    from servicedesk_core.domain.warranty.rules import ClaimRules as ClaimRules
    from servicedesk_core.domain.warranty.rules import problems_of as problems_of
    from servicedesk_core.domain.warranty.states import APPROVALS as APPROVALS
    from servicedesk_core.domain.warranty.states import FINAL as FINAL
    from servicedesk_core.domain.warranty.states import OURS as OURS
    from servicedesk_core.domain.warranty.states import TRANSITIONS as TRANSITIONS
    from servicedesk_core.domain.warranty.states import ClaimState as ClaimState
    from servicedesk_core.domain.warranty.states import path as path
    from servicedesk_core.domain.warranty.states import state_of as state_of
    from servicedesk_core.domain.warranty.verdicts import heeding as heeding
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
