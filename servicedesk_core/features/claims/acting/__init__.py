"""What people do with a claim, each act in one transaction with what it leaves behind."""

from servicedesk_core.features.claims.acting.by_hand import packed, record
from servicedesk_core.features.claims.acting.drafts import add_file, drafted, edit, validated, withdraw
from servicedesk_core.features.claims.acting.sending import (
    ensure_covered,
    ensure_sendable,
    settle,
    submit,
    why_not_sendable,
)
from servicedesk_core.features.claims.acting.updates import ensure_tellable, tell

__all__ = [
    "add_file",
    "drafted",
    "edit",
    "ensure_covered",
    "ensure_sendable",
    "ensure_tellable",
    "packed",
    "record",
    "settle",
    "submit",
    "tell",
    "validated",
    "why_not_sendable",
    "withdraw",
]
