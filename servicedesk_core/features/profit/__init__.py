"""Margins: what clients, contracts and kinds of work earn and cost, and what nobody knows of it."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.domain.currencies import cent as cent
    from servicedesk_core.features.profit.kinds import POLICY as POLICY
    from servicedesk_core.features.profit.ledger import Cell as Cell
    from servicedesk_core.features.profit.ledger import Sums as Sums
    from servicedesk_core.features.profit.ledger import total as total
    from servicedesk_core.features.profit.model import By as By
    from servicedesk_core.features.profit.months import Month as Month
    from servicedesk_core.features.profit.months import closable as closable
    from servicedesk_core.features.profit.months import midnight as midnight
    from servicedesk_core.features.profit.months import months_of as months_of
    from servicedesk_core.features.profit.queries import ProfitQueries as ProfitQueries
    from servicedesk_core.features.profit.report import grouped as grouped
    from servicedesk_core.features.profit.rules import allocated as allocated
    from servicedesk_core.features.profit.rules import margin_percent as margin_percent
    from servicedesk_core.features.profit.rules import prorated as prorated
    from servicedesk_core.features.profit.tables.places import Terms as Terms
    from servicedesk_core.features.profit.tables.places import contract_terms as contract_terms
    from servicedesk_core.features.profit.tables.rates import exchange_rates as exchange_rates
    from servicedesk_core.features.profit.tables.rates import own_currency as own_currency
    from servicedesk_core.features.profit.tables.results import Results as Results
    from servicedesk_core.features.profit.tables.results import results as results
    from servicedesk_core.features.profit.tables.tickets import Spent as Spent
    from servicedesk_core.features.profit.tables.tickets import spent_on_tickets as spent_on_tickets
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="profit",
    about="What clients, contracts and kinds of work earn and cost.",
    queries=f"{__name__}.queries:ProfitQueries",
    actions=f"{__name__}.actions:Profit",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "claims"),
)
