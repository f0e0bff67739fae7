"""Why Xero refused a document, in words that say what to do."""

from typing import Final

from servicedesk_core.domain.billing import DocumentRequest
from servicedesk_core.errors import NotFoundError, RejectedError
from servicedesk_xero.api.client import Api
from servicedesk_xero.meaning.values import text

_TAKEN: Final = ("must be unique", "already assigned")
_MAP: Final = "Say with 'servicedesk billing map' whom or what is meant."
_WORDS: Final = (
    ("lock date", "issue_on", "Date it into an open period, or have the period unlocked in Xero."),
    ("subscribed to currency", "currency", "Add the currency in Xero: Settings > Currencies."),
    ("exchange rate", "currency", "Xero knows no rate of that day: give exchange_rate, or enter one in Xero."),
    ("account code", "lines", _MAP),
    ("item code", "lines", _MAP),
    ("taxtype", "lines", _MAP),
)
"""Words of a refusal, the field that they are about, and what helps."""


def says_taken(error: RejectedError) -> bool:
    """Return whether something of that number or name is there already."""
    told = f"{error.message} {' '.join(error.field_errors)}".lower()
    return any(word in told for word in _TAKEN)


async def explained(error: RejectedError, request: DocumentRequest, api: Api) -> RejectedError:
    """Return a refusal with the field that it is about and what to do."""
    told = error.message.lower()
    if "contact" in told:
        return await _about_customer(error, request, api)
    for word, field, hint in _WORDS:
        if word in told:
            return RejectedError(error.message, field_errors=(field,), hint=hint, connection=error.connection)
    return error


async def _about_customer(error: RejectedError, request: DocumentRequest, api: Api) -> RejectedError:
    hint = _MAP
    try:
        into = text((await api.one("Contacts", request.customer)).get("MergedToContactID"))
    except NotFoundError:
        into = None
    if into is not None:
        hint = f"It was merged in Xero into the contact {into}. {_MAP}"
    message = f"The customer cannot be invoiced in Xero: {error.message}"
    return RejectedError(message, field_errors=("customer",), hint=hint, connection=error.connection)
