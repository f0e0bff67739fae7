"""What a feature declares once and every face shows: queries, acts, their parameters, columns and pages.

A declaration is a plain typed function with metadata. The terminal derives its command, ``--json`` and ``--csv`` from
it (:mod:`servicedesk_core.cli.derived`), Python a method that is awaited or waited for, the documentation its pages.
"""

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces.action import Action, Previewed, Proposal, action, previewed, proposal
from servicedesk_core.faces.alerting import AlertRule, Condition, Watch
from servicedesk_core.faces.column import Column
from servicedesk_core.faces.dashboard import Board, Figures, Series, Table, dashboard
from servicedesk_core.faces.definition import DefinitionKind
from servicedesk_core.faces.feature import Feature
from servicedesk_core.faces.job import JobKind
from servicedesk_core.faces.kpi import Figure, Kpi
from servicedesk_core.faces.measure import Case, Goal, Measure, Period, Sum, Verdict
from servicedesk_core.faces.namespace import Awaited, Callee, Desk, Manner, Method, Namespace, Waiting, method
from servicedesk_core.faces.offer import Offer
from servicedesk_core.faces.page import After, Limit, Page, Sort, piece
from servicedesk_core.faces.parameter import Help
from servicedesk_core.faces.query import Query, query
from servicedesk_core.faces.terminal import Narrow, Terminal

__all__ = [
    "Action",
    "After",
    "AlertRule",
    "Awaited",
    "Board",
    "Callee",
    "Capability",
    "Case",
    "Column",
    "Condition",
    "DefinitionKind",
    "Desk",
    "Feature",
    "Figure",
    "Figures",
    "Goal",
    "Help",
    "JobKind",
    "Kpi",
    "Limit",
    "Manner",
    "Measure",
    "Method",
    "Namespace",
    "Narrow",
    "Offer",
    "Page",
    "Period",
    "Previewed",
    "Proposal",
    "Query",
    "Series",
    "Sort",
    "Sum",
    "Table",
    "Terminal",
    "Verdict",
    "Waiting",
    "Watch",
    "action",
    "dashboard",
    "method",
    "piece",
    "previewed",
    "proposal",
    "query",
]
