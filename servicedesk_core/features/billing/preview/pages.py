"""How what would be billed looks in a terminal."""

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.faces import Terminal
from servicedesk_core.features.billing.preview.model import NOTHING, ComparedRow, Comparison, LineRow, PreviewRows
from servicedesk_core.wording import counted

_KINDS = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "Credit note"}


def lines(terminal: Terminal, found: PreviewRows) -> None:
    """Print the lines, what each document comes to, and how much is on none."""
    terminal.rows(LineRow, found.items, empty=NOTHING)
    for one in found.drafts:
        of = f"{one.net:,} {one.currency} without tax, {counted(one.lines, 'line')}"
        terminal.line(f"{_KINDS[one.kind]} {one.digest} to {one.client}: {of}")
    if len(found.drafts) > 1:
        terminal.line(f"All of them: {found.digest}")
    if found.left:
        terminal.line("On none of them: " + ", ".join(f"{one.pieces} {one.why.value}" for one in found.left) + ".")
        terminal.line("`servicedesk billing exceptions` lists them.")


def comparison(terminal: Terminal, found: Comparison) -> None:
    """Print what differs, and what everything comes to here and there."""
    terminal.rows(ComparedRow, found.items, empty="Here and in the PSA everything comes to the same.")
    for one in found.sums:
        currency = f" {one.currency}" if one.currency else ""
        of = f"{one.ours:,}{currency} here, {one.theirs:,}{currency} there"
        terminal.line(f"{one.verdict.value.capitalize()}: {counted(one.pieces, 'record')}, {of}")
