"""Billing: where money stands between work and payment, and what is wrong with time before it is approved."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.billing.kinds import BILLING as BILLING
    from servicedesk_core.features.billing.kinds import Biller as Biller
    from servicedesk_core.features.billing.kinds import BillingPolicy as BillingPolicy
    from servicedesk_core.features.billing.kpis import BEHIND as BEHIND
    from servicedesk_core.features.billing.kpis import KPIS as KPIS
    from servicedesk_core.features.billing.queries import BillingQueries as BillingQueries
    from servicedesk_core.features.billing.rules import is_covered as is_covered
    from servicedesk_core.features.billing.rules import is_unclear as is_unclear
    from servicedesk_core.features.billing.sending.model import DocumentState as DocumentState
    from servicedesk_core.features.billing.tables.books import is_billed as is_billed
    from servicedesk_core.features.billing.tables.hours import ClientHours as ClientHours
    from servicedesk_core.features.billing.tables.hours import after_hours_codes as after_hours_codes
    from servicedesk_core.features.billing.tables.hours import why_not_judged as why_not_judged
    from servicedesk_core.features.billing.tables.places import COMPANY as COMPANY
    from servicedesk_core.features.billing.tables.places import CONTRACT as CONTRACT
    from servicedesk_core.features.billing.tables.places import TIME as TIME
    from servicedesk_core.features.billing.tables.places import Posted as Posted
    from servicedesk_core.features.billing.tables.places import is_a_clients as is_a_clients
    from servicedesk_core.features.billing.tables.places import is_to_pay as is_to_pay
    from servicedesk_core.features.billing.tables.prices import HourPrices as HourPrices
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="billing",
    about="Where money stands, and what to correct before it is billed.",
    queries=f"{__name__}.queries:BillingQueries",
    actions=f"{__name__}.actions:Billing",
    definitions=f"{__name__}.kinds:KINDS",
    kpis=f"{__name__}.kpis:KPIS",
    guards=dict.fromkeys(("sales_invoices", "credit_notes"), f"{__name__}.sending.guard:GUARD"),
    needs=("clients", "definitions", "profit", "sla", "writes"),
)
