"""Which features of ours a desk has, for type checkers: what it gives at run time is looked up by name."""

from typing import TYPE_CHECKING, Generic

from servicedesk_core.faces.namespace import Manner

if TYPE_CHECKING:
    from servicedesk_core.features.agreements.actions import Agreements
    from servicedesk_core.features.alerts.actions import AlertActs
    from servicedesk_core.features.analytics.actions import Analytics
    from servicedesk_core.features.appointments.actions import Appointments
    from servicedesk_core.features.assign.actions import Assign
    from servicedesk_core.features.attachments.actions import Attachments
    from servicedesk_core.features.attention.queries import AttentionQueries
    from servicedesk_core.features.audit.actions import AuditTrail
    from servicedesk_core.features.billing.actions import Billing
    from servicedesk_core.features.calendars.queries import Calendars
    from servicedesk_core.features.checklist.actions import Checklist
    from servicedesk_core.features.claims.actions import Claims
    from servicedesk_core.features.clients.queries import ClientQueries
    from servicedesk_core.features.company.queries import CompanyQueries
    from servicedesk_core.features.contact.actions import Contact
    from servicedesk_core.features.cover.actions import Cover
    from servicedesk_core.features.definitions.actions import Definitions
    from servicedesk_core.features.desks.queries import Desks
    from servicedesk_core.features.escalate.actions import Escalate
    from servicedesk_core.features.explain.queries import Explain
    from servicedesk_core.features.flow.queries import FlowQueries
    from servicedesk_core.features.forecast.queries import ForecastQueries
    from servicedesk_core.features.helpers.actions import Helpers
    from servicedesk_core.features.incidents.actions import Incidents
    from servicedesk_core.features.knowledge.actions import Knowledge
    from servicedesk_core.features.kpi.actions import Kpis
    from servicedesk_core.features.leakage.actions import Leakage
    from servicedesk_core.features.messages.actions import Messages
    from servicedesk_core.features.next.queries import NextQueries
    from servicedesk_core.features.oncall.actions import OnCallActions
    from servicedesk_core.features.paging.actions import Paging
    from servicedesk_core.features.parts.actions import Parts
    from servicedesk_core.features.people.actions import PeopleActs
    from servicedesk_core.features.plan.page import Plan
    from servicedesk_core.features.privacy.actions import Privacy
    from servicedesk_core.features.profit.actions import Profit
    from servicedesk_core.features.quality.actions import Quality
    from servicedesk_core.features.quarantine.actions import Quarantine
    from servicedesk_core.features.recurring.actions import Recurring
    from servicedesk_core.features.report.queries import Reports
    from servicedesk_core.features.reports.actions import ReportMails
    from servicedesk_core.features.rota.actions import RotaActions
    from servicedesk_core.features.schedule.page import Schedule
    from servicedesk_core.features.scorecards.actions import Scorecards
    from servicedesk_core.features.shiftlog.actions import ShiftLog
    from servicedesk_core.features.signins.actions import SignIns
    from servicedesk_core.features.skills.queries import SkillQueries
    from servicedesk_core.features.sla.actions import Sla
    from servicedesk_core.features.standing.actions import StandingActs
    from servicedesk_core.features.status.queries import Status
    from servicedesk_core.features.tickets.actions import Tickets
    from servicedesk_core.features.tokens.actions import Tokens
    from servicedesk_core.features.travel.actions import Travel
    from servicedesk_core.features.triage.actions import Triage
    from servicedesk_core.features.views.actions import Views
    from servicedesk_core.features.walls.actions import Walls
    from servicedesk_core.features.warranty.actions import Warranty
    from servicedesk_core.features.webhooks.actions import Webhooks
    from servicedesk_core.features.worktime.queries import WorkTime
    from servicedesk_core.features.writes.actions import OutboxActs


class OwnFeatures(Generic[Manner]):
    """A desk as far as its features reach: whose calls are awaited, or wait."""

    if TYPE_CHECKING:
        agreements: Agreements[Manner]
        alerts: AlertActs[Manner]
        analytics: Analytics[Manner]
        appointments: Appointments[Manner]
        assign: Assign[Manner]
        attachments: Attachments[Manner]
        attention: AttentionQueries[Manner]
        audit: AuditTrail[Manner]
        billing: Billing[Manner]
        calendars: Calendars[Manner]
        checklist: Checklist[Manner]
        claims: Claims[Manner]
        clients: ClientQueries[Manner]
        company: CompanyQueries[Manner]
        contact: Contact[Manner]
        cover: Cover[Manner]
        definitions: Definitions[Manner]
        desks: Desks[Manner]
        escalate: Escalate[Manner]
        explain: Explain[Manner]
        flow: FlowQueries[Manner]
        forecast: ForecastQueries[Manner]
        helpers: Helpers[Manner]
        incidents: Incidents[Manner]
        kpi: Kpis[Manner]
        knowledge: Knowledge[Manner]
        leakage: Leakage[Manner]
        messages: Messages[Manner]
        next: NextQueries[Manner]
        oncall: OnCallActions[Manner]
        paging: Paging[Manner]
        parts: Parts[Manner]
        people: PeopleActs[Manner]
        plan: Plan[Manner]
        privacy: Privacy[Manner]
        profit: Profit[Manner]
        quality: Quality[Manner]
        quarantine: Quarantine[Manner]
        recurring: Recurring[Manner]
        report: Reports[Manner]
        reports: ReportMails[Manner]
        rota: RotaActions[Manner]
        schedule: Schedule[Manner]
        scorecards: Scorecards[Manner]
        shiftlog: ShiftLog[Manner]
        signins: SignIns[Manner]
        skills: SkillQueries[Manner]
        sla: Sla[Manner]
        standing: StandingActs[Manner]
        status: Status[Manner]
        tickets: Tickets[Manner]
        tokens: Tokens[Manner]
        travel: Travel[Manner]
        triage: Triage[Manner]
        views: Views[Manner]
        walls: Walls[Manner]
        warranty: Warranty[Manner]
        webhooks: Webhooks[Manner]
        worktime: WorkTime[Manner]
        writes: OutboxActs[Manner]
