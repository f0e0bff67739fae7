"""Refusals before anything is sent, in one wording."""

from servicedesk_core.errors import RejectedError


def refused(message: str, *fields: str, hint: str | None = None) -> RejectedError:
    """Return the error of a write that is not sent.

    Args:
        message: What is wrong; names fields and list values, never texts of records.
        *fields: Domain fields concerned.
        hint: What to do.
    """
    return RejectedError(f"Not sent: {message}", field_errors=fields, hint=hint)
