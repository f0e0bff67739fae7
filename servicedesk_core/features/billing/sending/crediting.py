"""Credit notes: what takes a document, or lines of it, back. Pure."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, TaxMode
from servicedesk_core.errors import WriteError
from servicedesk_core.features.billing.drafts import Draft, Source
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.store.queries.billed import OWN


def credit_of(document: StoredDocument, lines: Sequence[int]) -> Draft:
    """Return what takes lines of an invoice back; each can be taken back once.

    Args:
        document: The invoice.
        lines: Numbers of its lines; empty = all of them.

    Raises:
        WriteError: It has no such line, or the ledger has others.
    """
    drafted = document.drafted
    every = range(1, len(drafted.lines) + 1)
    wanted = tuple(dict.fromkeys(lines)) or tuple(every)
    if unknown := [one for one in wanted if one not in every]:
        raise WriteError(f"{document.number} has no line {unknown[0]}.", hint=f"It has lines 1 to {len(every)}.")
    if len(wanted) < len(every) and len(document.requested.lines) != len(every):
        raise WriteError(f"Lines of {document.number} were put together for the ledger.", hint="Credit it whole.")
    taken = tuple(
        drafted.lines[one - 1].model_copy(
            update={"sources": (Source(connection=document.ledger, stream=OWN, ref=document.number, part=str(one)),)}
        )
        for one in wanted
    )
    back = {"kind": DocumentKind.CREDIT_NOTE, "lines": taken, "number": None, "issued_on": None, "due_on": None}
    return drafted.model_copy(update=back | {"tax": None})


def request_back(
    document: StoredDocument, ref: str, *, issue_on: date, as_draft: bool
) -> Callable[[Draft, str], DocumentRequest]:
    """Return what makes the ledger's request of a credit note: as its invoice was asked for, line by line.

    Args:
        document: The invoice.
        ref: The ledger's id of it.
        issue_on: Date of the credit note.
        as_draft: Whether it is left for somebody to approve in the ledger.

    Raises:
        WriteError: What the tax of single lines is, nobody knows.
    """
    asked = document.requested

    def of(draft: Draft, number: str) -> DocumentRequest:
        numbers = [int(source.part) for line in draft.lines for source in line.sources]
        is_whole = len(numbers) == len(document.drafted.lines)
        lines = asked.lines if is_whole else tuple(asked.lines[one - 1] for one in numbers)
        amounts = sum((line.amount for line in lines), Decimal(0))
        taxes = [line.tax for line in lines]
        tax = asked.tax if is_whole else None
        if not is_whole and asked.total is not None and None not in taxes:
            tax = sum((one for one in taxes if one is not None), Decimal(0))
        if not is_whole and tax is None and asked.tax_mode is TaxMode.INCLUSIVE:
            raise WriteError(f"What tax single lines of {document.number} have is not known.", hint="Credit it whole.")
        net = amounts - (tax or Decimal(0)) if asked.tax_mode is TaxMode.INCLUSIVE else amounts
        told = {
            "kind": DocumentKind.CREDIT_NOTE,
            "number": number,
            "issue_on": issue_on,
            "due_on": None,
            "lines": tuple(line.model_copy(update={"number": at}) for at, line in enumerate(lines, 1)),
            "net": asked.net if is_whole else net,
            "tax": tax,
            "total": asked.total if is_whole else (None if tax is None else net + tax),
            "draft": as_draft,
            "credits": ref,
        }
        return DocumentRequest.model_validate(asked.model_dump() | told)

    return of
