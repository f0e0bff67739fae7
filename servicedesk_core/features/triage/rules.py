"""What decides in triage: which priority, which questions, and what a next step means. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Priority, StatusCategory, TicketKind
from servicedesk_core.errors import WriteError
from servicedesk_core.features.triage.kinds import USUAL, Intake, Level, TriageRules

NOTE_TITLE: Final = "Intake"
"""Title of the internal notes that hold answers."""


class NextStep(StrEnum):
    """What happens with a ticket after triage."""

    BEGIN = "begin"
    """Somebody can begin."""
    SCHEDULE = "schedule"
    """It needs an appointment."""
    ASK_CLIENT = "ask-client"
    ASK_VENDOR = "ask-vendor"
    ORDER_PARTS = "order-parts"
    GET_APPROVAL = "get-approval"

    @property
    def category(self) -> StatusCategory:
        """What the ticket's status means then."""
        return _CATEGORIES[self]


_CATEGORIES: Final = {
    NextStep.BEGIN: StatusCategory.TRIAGED,
    NextStep.SCHEDULE: StatusCategory.NEEDS_SCHEDULING,
    NextStep.ASK_CLIENT: StatusCategory.WAITING_CUSTOMER,
    NextStep.ASK_VENDOR: StatusCategory.WAITING_VENDOR,
    NextStep.ORDER_PARTS: StatusCategory.WAITING_PARTS,
    NextStep.GET_APPROVAL: StatusCategory.WAITING_APPROVAL,
}


class Sort(NamedTuple):
    """Of which sort a ticket is, as intake looks at it.

    Attributes:
        kind: What sort of work.
        category: The vendor's ticket category.
        issue: The vendor's issue.
        sub_issue: The vendor's sub-issue.
    """

    kind: str | None
    category: str | None
    issue: str | None
    sub_issue: str | None


class Question(NamedTuple):
    """What is asked.

    Attributes:
        intake: Name of the definition that asks it.
        key: Its short name.
        text: The question.
    """

    intake: str
    key: str
    text: str


def priority_by(rules: Sequence[TriageRules], impact: Level, urgency: Level) -> Priority:
    """Return the priority of what harms so much and is so urgent.

    Args:
        rules: What the service manager decided; none = the usual matrix.
        impact: How much it harms.
        urgency: How soon it has to be dealt with.
    """
    matrix = rules[-1].matrix if rules else USUAL
    return matrix[impact][urgency]


def questions_for(intakes: Iterable[Intake], sort: Sort) -> tuple[Question, ...]:
    """Return what is asked about a ticket of a sort; one that several ask is asked once."""
    found: dict[str, Question] = {}
    for intake in intakes:
        if _fits(intake, sort):
            for key, text in intake.questions.items():
                found.setdefault(text.casefold(), Question(intake.name, key, text))
    return tuple(found.values())


def _fits(intake: Intake, sort: Sort) -> bool:
    wanted = intake.kind, intake.category, intake.issue, intake.sub_issue
    return all(
        not words or (word is not None and word.casefold() in {one.casefold() for one in words})
        for words, word in zip(wanted, sort, strict=True)
    )


def answered(body: str) -> Iterator[str]:
    """Yield the questions that a note answers, folded: each stands on a line of its own, its answer below it."""
    lines = body.splitlines()
    for line, below in pairwise(lines):
        if line.strip() and below.strip():
            yield line.strip().casefold()


def note_of(questions: Sequence[Question], answers: Mapping[str, str]) -> str:
    """Return the text of a note that holds answers.

    Args:
        questions: What is asked about the ticket.
        answers: The answers, by the short names of their questions.

    Raises:
        WriteError: Nothing of that name is asked, or an answer is empty.
    """
    texts = {one.key: one.text for one in questions}
    for key, answer in answers.items():
        if key not in texts:
            asked = ", ".join(texts) or "nothing"
            message = f'Nothing called "{key}" is asked about this ticket.{did_you_mean(key, texts)}'
            raise WriteError(message, hint=f"Asked is: {asked}. `servicedesk triage open` shows the questions.")
        if not answer.strip():
            raise WriteError(f'"{key}" has no answer.', hint="Leave it out, or say what was answered.")
    return "\n\n".join(f"{texts[key]}\n{answer.strip()}" for key, answer in answers.items())


def kind_given(word: str | None) -> dict[str, str]:
    """Return a kind as the field that it belongs to: one of ours, else the vendor's own word."""
    if word is None:
        return {}
    folded = word.strip().casefold().replace(" ", "_").replace("-", "_")
    ours = {"request": TicketKind.SERVICE_REQUEST.value}.get(folded, folded)
    return {"kind": ours} if ours in set(TicketKind) else {"kind_name": word}
