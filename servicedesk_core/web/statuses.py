"""The status of HTTP that an error of ours comes to."""

from http import HTTPStatus
from typing import Final

from servicedesk_core import errors
from servicedesk_core.errors import ServiceDeskError

_STATUSES: Final[tuple[tuple[type[ServiceDeskError], HTTPStatus], ...]] = (
    (errors.NotPermittedError, HTTPStatus.FORBIDDEN),
    (errors.AnotherPersonError, HTTPStatus.FORBIDDEN),
    (errors.NotFoundLocallyError, HTTPStatus.NOT_FOUND),
    (errors.StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.ConfigurationError, HTTPStatus.BAD_REQUEST),
    (errors.CursorError, HTTPStatus.BAD_REQUEST),
    (errors.WriteConflictError, HTTPStatus.CONFLICT),
    (errors.ConnectorError, HTTPStatus.BAD_GATEWAY),
    (errors.LeaseError, HTTPStatus.CONFLICT),
    (errors.WriteError, HTTPStatus.CONFLICT),
    (errors.ClaimError, HTTPStatus.CONFLICT),
    (errors.PeriodClosedError, HTTPStatus.CONFLICT),
)
"""The first kind that an error is of decides."""


def status_of(error: ServiceDeskError) -> HTTPStatus:
    """Return the status of an error."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
