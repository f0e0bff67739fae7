"""Reviews, coverage, concerns and answers as people and programs see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class ReviewState(StrEnum):
    """How far a review has come."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Review:
    """A ticket that was drawn, and what came of looking at it."""

    id: Annotated[int, Column("Its number.", "No.", leads="quality.show")]
    ticket: Annotated[str, Column("Number of the ticket.", leads="tickets.show")]
    title: Annotated[str | None, Column("What the ticket is about.", shown=False)]
    connection: Annotated[str, Column("Where the ticket comes from.", shown=False)]
    ticket_ref: Annotated[str, Column("The vendor's id of the ticket.", shown=False)]
    client: Annotated[str | None, Column("The client.", cut=8, spare=2, leads="tickets.list:company")]
    technician: Annotated[str | None, Column("Whose work it is.", cut=8, leads="tickets.list:technician")]
    resolved_at: Annotated[datetime, Column("When the ticket was resolved.", "Resolved", spare=3)]
    rule: Annotated[str, Column("The rule by which it was drawn.", spare=1)]
    checklist: Annotated[str, Column("The checklist.", shown=False)]
    reviewer: Annotated[str | None, Column("Whose turn it is; nothing = of whoever may.", cut=8)]
    state: Annotated[ReviewState, Column("Whether the work passed; open = nobody looked yet.")]
    missed: Annotated[tuple[str, ...], Column("What was not done, each with why.", wraps=True)]
    note: Annotated[str | None, Column("What else was said.", shown=False)]
    reviewed_at: Annotated[datetime | None, Column("When somebody looked.", "Reviewed", shown=False)]
    reviewed_by: Annotated[str | None, Column("Who.", "By", shown=False)]


class Answered(StrEnum):
    """What was said of an item of a checklist."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    SKIPPED = "does not apply"


@dataclass(frozen=True, slots=True)
class Checked:
    """An item of a checklist."""

    number: Annotated[int, Column("Its number.", "No.")]
    item: Annotated[str, Column("What has to be so.")]
    answer: Annotated[Answered, Column("Whether it is.")]
    why: Annotated[str | None, Column("Why it is not, in the reviewer's words.", wraps=True)]


@dataclass(frozen=True, slots=True)
class ReviewDetail:
    """A review with its checklist."""

    review: Annotated[Review, Column("The review.")]
    items: Annotated[tuple[Checked, ...], Column("Its checklist, in order.")]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn."""

    drawn: Annotated[tuple[Review, ...], Column("The tickets that were drawn now.")]
    rule: Annotated[str, Column("The rule.")]
    start: Annotated[datetime, Column("First instant of the period.")]
    end: Annotated[datetime, Column("First instant after it.")]
    resolved: Annotated[int, Column("How many resolved tickets of the period the rule is about.")]
    before: Annotated[int, Column("How many of them it had drawn before.")]
    left_out: Annotated[Mapping[str, int], Column("How many could not be drawn, by reason.")]
    is_kept: Annotated[bool, Column("Whether they are to be reviewed now; else they were only shown.")]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of somebody's work was looked at."""

    technician: Annotated[str, Column("Whose work.", leads="tickets.list:technician")]
    connection: Annotated[str, Column("Where they come from.", shown=False)]
    technician_ref: Annotated[str, Column("The vendor's id of the technician.", shown=False)]
    resolved: Annotated[int, Column("Tickets that were resolved in the period.")]
    drawn: Annotated[int, Column("Those of them that were drawn.")]
    reviewed: Annotated[int, Column("Those that somebody looked at.")]
    coverage_percent: Annotated[float, Column("Reviewed of resolved, in percent.", "Coverage")]
    passed: Annotated[int, Column("Those that passed.")]
    failed: Annotated[int, Column("Those that did not.")]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that troubles somebody, until it is closed."""

    id: Annotated[int, Column("Its number.", "No.")]
    about: Annotated[str, Column("What it is about.", cut=20)]
    ticket: Annotated[str | None, Column("The ticket it came up with.", spare=1, leads="tickets.show")]
    connection: Annotated[str | None, Column("Where the ticket comes from.", shown=False)]
    client: Annotated[str | None, Column("The client of the ticket.", cut=8, spare=2, leads="tickets.list:company")]
    owner: Annotated[str, Column("Who sees to it.")]
    due_on: Annotated[date, Column("Until when.", "Due")]
    is_late: Annotated[bool, Column("Whether it is open after that day.", "Late")]
    opened_at: Annotated[datetime, Column("When it was written down.", "Opened", shown=False)]
    opened_by: Annotated[str, Column("By whom.", shown=False)]
    closed_at: Annotated[datetime | None, Column("When it was closed; nothing = it is open.", "Closed", spare=3)]
    closed_by: Annotated[str | None, Column("By whom.", shown=False)]
    done: Annotated[str | None, Column("What was done.", wraps=True)]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that was left out."""

    line: Annotated[int, Column("Its line in the file.")]
    reason: Annotated[str, Column("Why; no text of the row.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import of answers did, or would do."""

    file: Annotated[str, Column("The file.")]
    is_kept: Annotated[bool, Column("Whether anything was stored.")]
    columns: Annotated[Mapping[str, str], Column("By field, the column that feeds it.")]
    unused: Annotated[tuple[str, ...], Column("Columns that feed nothing.")]
    rows: Annotated[int, Column("Rows of the file.")]
    new: Annotated[int, Column("Answers that are new.")]
    known: Annotated[int, Column("Answers that were there already.")]
    impossible: Annotated[
        int, Column("Of the new ones, those with a score beyond the survey's scale. They do not count.")
    ]
    repeated: Annotated[
        int, Column("Of the new ones, further answers of one contact about one ticket. Only the last one counts.")
    ]
    without_ticket: Annotated[int, Column("Of the new ones, those about a ticket that the store does not have.")]
    left_out: Annotated[int, Column("How many rows were left out.")]
    bad: Annotated[tuple[BadLine, ...], Column("The first of them.")]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    file: Annotated[str, Column("The file.")]
    next: Annotated[str, Column("What to do with it.")]
