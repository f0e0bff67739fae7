"""What a manufacturer accepts, as data, and what a claim lacks of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from servicedesk_core.domain.base import Model
from servicedesk_core.domain.warranty.claims import Claim, ClaimProblem, ClaimService

EVIDENCE = ("proof_of_purchase", "diagnostics", "photo", "other")
"""Kinds of attachments."""


class ClaimRules(Model):
    """What a manufacturer accepts. What is ``None`` or empty does not restrict.

    Attributes:
        services: What may be asked for.
        required: Fields of :class:`Claim` that must be filled, by path; ``lines.part_number`` means in each line.
        evidence: Kinds of attachments that must be there.
        max_lines: Most lines in one claim.
        max_length: Longest text in characters, by path of the field.
        max_attachments: Most attachments.
        max_attachment_bytes: Largest attachment.
        media_types: Media types of attachments that are accepted.
        resubmissions: How often a denied claim may be sent again.
        filing_days: Days after the failure within which the claim must arrive.
        return_days: Days after shipment within which a defective part must be back.
    """

    services: tuple[ClaimService, ...] = ()
    required: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    max_lines: Annotated[int, Field(ge=1)] | None = None
    max_length: dict[str, int] = {}
    max_attachments: Annotated[int, Field(ge=0)] | None = None
    max_attachment_bytes: Annotated[int, Field(ge=1)] | None = None
    media_types: tuple[str, ...] = ()
    resubmissions: Annotated[int, Field(ge=0)] | None = None
    filing_days: Annotated[int, Field(ge=0)] | None = None
    return_days: Annotated[int, Field(ge=0)] | None = None

    def filing_due_on(self, failed_on: date | None) -> date | None:
        """Return the last day on which a claim may arrive, if there is one."""
        if failed_on is None or self.filing_days is None:
            return None
        return failed_on + timedelta(days=self.filing_days)

    def may_resubmit(self, denial_count: int) -> bool:
        """Return whether a claim that was denied so often may be sent again."""
        return self.resubmissions is None or denial_count <= self.resubmissions


NO_RULES = ClaimRules()
"""Of a manufacturer that states none."""


def problems_of(claim: Claim, rules: ClaimRules, today: date) -> tuple[ClaimProblem, ...]:
    """Say what a claim lacks of a manufacturer's rules, all of it at once.

    Args:
        claim: The claim.
        rules: What the manufacturer accepts.
        today: The date where the desk is.
    """
    return tuple(_problems(claim, rules, today))


def _problems(claim: Claim, rules: ClaimRules, today: date) -> Iterator[ClaimProblem]:
    if rules.services and claim.service not in rules.services:
        yield _blocking("service", f"must be one of {', '.join(rules.services)}")
    for path in rules.required:
        yield from (_blocking(where, "is asked for") for where, value in _values(claim, path) if _is_empty(value))
    for path, most in rules.max_length.items():
        for where, value in _values(claim, path):
            if isinstance(value, str) and len(value) > most:
                yield _blocking(where, f"has {len(value):,} characters, and {most:,} are accepted")
    if rules.max_lines is not None and len(claim.lines) > rules.max_lines:
        yield _blocking("lines", f"are {len(claim.lines)}, and {rules.max_lines} are accepted in one claim")
    yield from _of_attachments(claim, rules)
    due = rules.filing_due_on(claim.failed_on)
    if due is not None and today > due:
        yield _blocking("failed_on", f"is too long ago: the claim had to arrive by {due.isoformat()}")


def _of_attachments(claim: Claim, rules: ClaimRules) -> Iterator[ClaimProblem]:
    kinds = {one.kind for one in claim.attachments}
    for kind in rules.evidence:
        if kind not in kinds:
            yield _blocking("attachments", f"lack a {kind.replace('_', ' ')}")
    if rules.max_attachments is not None and len(claim.attachments) > rules.max_attachments:
        yield _blocking("attachments", f"are {len(claim.attachments)}, and {rules.max_attachments} are accepted")
    for number, one in enumerate(claim.attachments, 1):
        if rules.max_attachment_bytes is not None and len(one.content) > rules.max_attachment_bytes:
            most = f"{rules.max_attachment_bytes:,}"
            yield _blocking(f"attachments.{number}", f"has {len(one.content):,} bytes, and {most} are accepted")
        if rules.media_types and one.media_type not in rules.media_types:
            yield _blocking(f"attachments.{number}", f"must be one of {', '.join(rules.media_types)}")


def _blocking(field: str, reason: str) -> ClaimProblem:
    return ClaimProblem(field=field, reason=reason)


def _is_empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _values(claim: Model, path: str) -> Iterable[tuple[str, Any]]:
    """Return every value that a path leads to, with where it stands; lists are walked."""
    found: list[tuple[str, Any]] = [("", claim)]
    for name in path.split("."):
        found = [(f"{where}.{name}".lstrip("."), _of(value, name)) for where, value in _each(found)]
    return found


def _each(found: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for where, value in found:
        if isinstance(value, tuple):
            yield from ((f"{where}.{number}", item) for number, item in enumerate(value, 1))
        else:
            yield where, value


def _of(value: Any, name: str) -> Any:
    return getattr(value, name, None)
