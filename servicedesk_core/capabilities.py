"""What may be done on a desk: one closed list, and the roles that are sets of it."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

_ABOUT: Final = {
    "records.read": "Read tickets, clients and devices with their cover, and the figures made of them.",
    "records.internal": "Read what only the staff may see, such as internal notes, and take out whole streams.",
    "money.read": "See what work and goods cost: margins, charges, posted lines, invoices, rates of contracts.",
    "money.own.read": "See between what the margins lie of the clients whose account is theirs.",
    "periods.close": "Close a month, so that its figures stay as they are.",
    "scorecards.own.read": "Read one's own scorecard, and the team's with how its figures are spread.",
    "scorecards.coordinator.read": "Read the coordinator's scorecard.",
    "scorecards.quality.read": "Read what everybody's scorecard says of quality.",
    "scorecards.read": "Read everybody's scorecard.",
    "scorecards.comment": "Comment on one's own scorecard.",
    "scorecards.write": "Issue and publish scorecards, record what was agreed.",
    "reviews.read": "Read the reviews of one's own work.",
    "quality.read": "Read the reviews of everybody's work, and concerns.",
    "quality.write": "Draw tickets, review them, take in answers of surveys, keep concerns.",
    "tickets.write": "Propose new tickets, and changes, notes and time of others.",
    "tickets.assign": "Propose whose a ticket is, in which queue, how urgent, until when; say what is repeat service.",
    "shiftlog.write": "Write into the shift log.",
    "promises.decide": "Decide about a promise: another due time, or that it does not count.",
    "promises.reason": "Say why a promise was missed, and ask for another due time or an exemption.",
    "parts.read": "Ask our stock, distributors and makers for parts, and see what is on the shelf.",
    "parts.take": "Propose to take parts from stock for a ticket, and to give them back.",
    "parts.order": "Propose to order parts.",
    "billing.write": "Propose invoices and credit notes, and say who and what is which in accounting.",
    "warranty.write": "Ask manufacturers, read covers from files, propose end dates.",
    "claims.read": "Read claims.",
    "claims.draft": "Draft claims, edit and check them.",
    "claims.send": "Send claims, follow them, record what a manufacturer answered.",
    "writes.read": "Read what was proposed, sent and confirmed at vendors.",
    "writes.approve": "Decide about what is proposed: approve, edit, discard, try again, settle, take back.",
    "standing.grant": "Let the desk act by itself: grant and revoke standing approvals, turn automatic acts off.",
    "definitions.read": "Read definitions, such as calendars and policies, and their history.",
    "definitions.apply": "Apply definitions, and so decide what is promised.",
    "desk.read": "See how the desk itself is doing: jobs, connections, alerts, quarantine.",
    "desk.operate": "Run it: sync, jobs, sending what is approved, quarantine, alerts.",
    "audit.read": "Read and verify the audit trail.",
    "privacy.act": "Find, hand over and forget what is held of a person.",
    "absences.read": "See who is out, and why; everybody sees their own.",
    "people.read": "See who may do what.",
    "people.write": "Invite people, and say what they are.",
    "oncall.override": "Say who is on call in place of somebody else, and try how people are reached.",
    "pages.acknowledge": "Take on what rings, so that nobody else is rung.",
    "incidents.declare": "Declare a major incident, put tickets under it, tell their clients, and close it.",
    "messages.release": "Send clients what the desk would tell them, or leave it; read what mails came back.",
    "walls.make": "Put a page on a wall screen, where everybody who passes sees it, and take it off again.",
    "people.act-as": "Take the place of another person; the audit trail names both.",
}


class Capability(StrEnum):
    """What somebody may do. Every query and every act takes one."""

    READ = "records.read"
    INTERNAL = "records.internal"
    MONEY = "money.read"
    MONEY_OWN = "money.own.read"
    PERIODS_CLOSE = "periods.close"
    SCORECARDS_OWN = "scorecards.own.read"
    SCORECARDS_COORDINATOR = "scorecards.coordinator.read"
    SCORECARDS_QUALITY = "scorecards.quality.read"
    SCORECARDS = "scorecards.read"
    SCORECARDS_COMMENT = "scorecards.comment"
    SCORECARDS_WRITE = "scorecards.write"
    REVIEWS_READ = "reviews.read"
    QUALITY_READ = "quality.read"
    QUALITY_WRITE = "quality.write"
    TICKETS_WRITE = "tickets.write"
    TICKETS_ASSIGN = "tickets.assign"
    SHIFTLOG = "shiftlog.write"
    PROMISES_DECIDE = "promises.decide"
    PROMISES_REASON = "promises.reason"
    PARTS_READ = "parts.read"
    PARTS_TAKE = "parts.take"
    PARTS_ORDER = "parts.order"
    BILLING_WRITE = "billing.write"
    WARRANTY_WRITE = "warranty.write"
    CLAIMS_READ = "claims.read"
    CLAIMS_DRAFT = "claims.draft"
    CLAIMS_SEND = "claims.send"
    WRITES_READ = "writes.read"
    WRITES_APPROVE = "writes.approve"
    STANDING_GRANT = "standing.grant"
    DEFINITIONS_READ = "definitions.read"
    DEFINITIONS_APPLY = "definitions.apply"
    DESK_READ = "desk.read"
    DESK_OPERATE = "desk.operate"
    AUDIT_READ = "audit.read"
    PRIVACY_ACT = "privacy.act"
    ABSENCES = "absences.read"
    PEOPLE_READ = "people.read"
    PEOPLE_WRITE = "people.write"
    ONCALL_OVERRIDE = "oncall.override"
    PAGES_ACKNOWLEDGE = "pages.acknowledge"
    INCIDENTS = "incidents.declare"
    MESSAGES = "messages.release"
    WALLS = "walls.make"
    ACT_AS = "people.act-as"

    @property
    def about(self) -> str:
        """What it allows, in a sentence without a subject."""
        return _ABOUT[self.value]


ASSIGNING: Final = frozenset({"queue_ref", "assignee_ref", "assignee_refs", "priority", "priority_name", "due_at"})
"""Fields of a ticket whose change takes ``tickets.assign``."""

ALL: Final = frozenset(Capability)

READING: Final = frozenset(one for one in Capability if one.value.endswith((".read", ".internal")))
"""Whose use changes nothing."""


class Role(StrEnum):
    """What somebody is on a desk."""

    ADMIN = "admin"
    SERVICE_MANAGER = "service-manager"
    COORDINATOR = "coordinator"
    TECHNICIAN = "technician"
    ACCOUNT_MANAGER = "account-manager"
    FINANCE = "finance"
    QUALITY_REVIEWER = "quality-reviewer"
    AUDITOR = "auditor"
    CLIENT_CONTACT = "client-contact"
    STAND_IN = "stand-in"


_C = Capability
_TECHNICIAN = frozenset(
    {
        _C.READ,
        _C.INTERNAL,
        _C.REVIEWS_READ,
        _C.SCORECARDS_OWN,
        _C.SCORECARDS_COMMENT,
        _C.TICKETS_WRITE,
        _C.SHIFTLOG,
        _C.CLAIMS_READ,
        _C.CLAIMS_DRAFT,
        _C.PARTS_READ,
        _C.PARTS_TAKE,
        _C.WRITES_READ,
        _C.PAGES_ACKNOWLEDGE,
    }
)
_COORDINATOR = _TECHNICIAN | {
    _C.ONCALL_OVERRIDE,
    _C.INCIDENTS,
    _C.MESSAGES,
    _C.PARTS_ORDER,
    _C.SCORECARDS_COORDINATOR,
    _C.QUALITY_READ,
    _C.TICKETS_ASSIGN,
    _C.PROMISES_REASON,
    _C.WARRANTY_WRITE,
    _C.CLAIMS_SEND,
    _C.DESK_READ,
    _C.DEFINITIONS_READ,
    _C.ABSENCES,
}

ROLES: Final = MappingProxyType(
    {
        Role.ADMIN: frozenset(
            {_C.READ, _C.DESK_READ, _C.DESK_OPERATE, _C.PRIVACY_ACT, _C.PEOPLE_READ, _C.PEOPLE_WRITE}
        ),
        Role.SERVICE_MANAGER: _COORDINATOR
        | {
            _C.PROMISES_DECIDE,
            _C.MONEY,
            _C.BILLING_WRITE,
            _C.PERIODS_CLOSE,
            _C.SCORECARDS,
            _C.SCORECARDS_WRITE,
            _C.QUALITY_WRITE,
            _C.WRITES_APPROVE,
            _C.STANDING_GRANT,
            _C.DEFINITIONS_APPLY,
            _C.AUDIT_READ,
            _C.PEOPLE_READ,
            _C.WALLS,
        },
        Role.COORDINATOR: _COORDINATOR,
        Role.TECHNICIAN: _TECHNICIAN,
        Role.ACCOUNT_MANAGER: frozenset({_C.READ, _C.INTERNAL, _C.CLAIMS_READ, _C.MONEY_OWN}),
        Role.FINANCE: frozenset({_C.READ, _C.MONEY, _C.BILLING_WRITE, _C.PERIODS_CLOSE, _C.CLAIMS_READ, _C.PARTS_READ}),
        Role.QUALITY_REVIEWER: frozenset(
            {
                _C.READ,
                _C.INTERNAL,
                _C.REVIEWS_READ,
                _C.QUALITY_READ,
                _C.QUALITY_WRITE,
                _C.SCORECARDS_OWN,
                _C.SCORECARDS_QUALITY,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                _C.READ,
                _C.INTERNAL,
                _C.MONEY,
                _C.REVIEWS_READ,
                _C.QUALITY_READ,
                _C.CLAIMS_READ,
                _C.PARTS_READ,
                _C.WRITES_READ,
                _C.DEFINITIONS_READ,
                _C.DESK_READ,
                _C.AUDIT_READ,
                _C.PEOPLE_READ,
            }
        ),
        Role.CLIENT_CONTACT: frozenset({_C.READ}),
        Role.STAND_IN: frozenset({_C.ACT_AS}),
    }
)
"""What each role may. Whoever administers the desk does not change tickets by that role alone."""

JOB_CAPABILITIES: Final = frozenset(
    {
        _C.READ,
        _C.INTERNAL,
        _C.ABSENCES,
        _C.SCORECARDS_WRITE,
        _C.WARRANTY_WRITE,
        _C.CLAIMS_READ,
        _C.CLAIMS_SEND,
        _C.DESK_READ,
        _C.DESK_OPERATE,
    }
)
"""What the desk itself may by its schedule: it reads, follows, and sends what somebody approved."""

REPORTING_CAPABILITIES: Final = JOB_CAPABILITIES | {
    _C.MONEY,
    _C.QUALITY_READ,
    _C.REVIEWS_READ,
    _C.PARTS_READ,
    _C.SCORECARDS,
    _C.DEFINITIONS_READ,
}
"""What reports may say that are mailed by a definition: whoever applies that decides who reads them."""
