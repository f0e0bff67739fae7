"""What a feature declares once and every face shows: queries, acts, their parameters, columns and pages.

A declaration is a plain typed function with metadata. The terminal derives its command, ``--json`` and ``--csv`` from
it (:mod:`servicedesk_core.cli.derived`), Python a method that is awaited or waited for, the documentation its pages.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.capabilities import Capability as Capability
    from servicedesk_core.faces.actions import Action as Action
    from servicedesk_core.faces.actions import Previewed as Previewed
    from servicedesk_core.faces.actions import Proposal as Proposal
    from servicedesk_core.faces.actions import action as action
    from servicedesk_core.faces.actions import previewed as previewed
    from servicedesk_core.faces.actions import proposal as proposal
    from servicedesk_core.faces.alerting import AlertRule as AlertRule
    from servicedesk_core.faces.alerting import Condition as Condition
    from servicedesk_core.faces.alerting import Watch as Watch
    from servicedesk_core.faces.automatic import AutomaticAct as AutomaticAct
    from servicedesk_core.faces.automatic import Facts as Facts
    from servicedesk_core.faces.automatic import Moot as Moot
    from servicedesk_core.faces.automatic import Suggestion as Suggestion
    from servicedesk_core.faces.column import Column as Column
    from servicedesk_core.faces.dashboards import Block as Block
    from servicedesk_core.faces.dashboards import Counts as Counts
    from servicedesk_core.faces.dashboards import Figures as Figures
    from servicedesk_core.faces.dashboards import Looking as Looking
    from servicedesk_core.faces.dashboards import Sentence as Sentence
    from servicedesk_core.faces.dashboards import Series as Series
    from servicedesk_core.faces.dashboards import Table as Table
    from servicedesk_core.faces.dashboards import Told as Told
    from servicedesk_core.faces.dashboards import dashboard as dashboard
    from servicedesk_core.faces.definition import DefinitionKind as DefinitionKind
    from servicedesk_core.faces.definition import Finding as Finding
    from servicedesk_core.faces.definition import Found as Found
    from servicedesk_core.faces.definition import Refers as Refers
    from servicedesk_core.faces.definition import words_at as words_at
    from servicedesk_core.faces.feature import Feature as Feature
    from servicedesk_core.faces.feature import Section as Section
    from servicedesk_core.faces.job import JobKind as JobKind
    from servicedesk_core.faces.kpi import Figure as Figure
    from servicedesk_core.faces.kpi import Kpi as Kpi
    from servicedesk_core.faces.measure import Case as Case
    from servicedesk_core.faces.measure import Goal as Goal
    from servicedesk_core.faces.measure import Measure as Measure
    from servicedesk_core.faces.measure import Period as Period
    from servicedesk_core.faces.measure import Sum as Sum
    from servicedesk_core.faces.measure import Verdict as Verdict
    from servicedesk_core.faces.namespace import Awaited as Awaited
    from servicedesk_core.faces.namespace import Callee as Callee
    from servicedesk_core.faces.namespace import Desk as Desk
    from servicedesk_core.faces.namespace import Manner as Manner
    from servicedesk_core.faces.namespace import Method as Method
    from servicedesk_core.faces.namespace import Namespace as Namespace
    from servicedesk_core.faces.namespace import Waiting as Waiting
    from servicedesk_core.faces.namespace import method as method
    from servicedesk_core.faces.offer import Offer as Offer
    from servicedesk_core.faces.opens import Opens as Opens
    from servicedesk_core.faces.page import After as After
    from servicedesk_core.faces.page import Limit as Limit
    from servicedesk_core.faces.page import Page as Page
    from servicedesk_core.faces.page import Sort as Sort
    from servicedesk_core.faces.page import piece as piece
    from servicedesk_core.faces.parameter import Help as Help
    from servicedesk_core.faces.queries import Query as Query
    from servicedesk_core.faces.queries import query as query
    from servicedesk_core.faces.shown import Board as Board
    from servicedesk_core.faces.shown import Counted as Counted
    from servicedesk_core.faces.shown import Piece as Piece
    from servicedesk_core.faces.shown import Point as Point
    from servicedesk_core.faces.sight import EVERYBODY as EVERYBODY
    from servicedesk_core.faces.sight import PeopleSight as PeopleSight
    from servicedesk_core.faces.terminal import Narrow as Narrow
    from servicedesk_core.faces.terminal import Terminal as Terminal
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
