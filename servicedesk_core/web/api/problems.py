"""What went wrong, as a program is told: problem details (RFC 9457) with our code and what to do."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces.document import json_bytes
from servicedesk_core.web.statuses import status_of

_log = logging.getLogger("servicedesk.api")

MEDIA_TYPE: Final = "application/problem+json"


class RefusedError(Exception):
    """A request that is refused before a desk is asked.

    Args:
        status: Of HTTP.
        code: Ours, which stays when the text changes.
        detail: What is wrong.
        hint: What to do.
        headers: Further fields of the answer.
    """

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.hint, self.headers = status, code, detail, hint, headers or {}

    @property
    def response(self) -> Response:
        """The answer."""
        told = {"type": "about:blank", "title": self.status.phrase, "status": self.status.value, "code": self.code}
        told |= {"detail": self.detail} | ({"hint": self.hint} if self.hint else {})
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(json_bytes(told), self.status, headers, MEDIA_TYPE)


def refused(error: ServiceDeskError) -> RefusedError:
    """Return what an error of ours comes to."""
    status = status_of(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:  # its text names where the store is, which is no business of clients
        _log.warning("a request of the API could not be answered: %s", error.message.rstrip())
        hint = "Ask again as Retry-After says; the log of servicedesk api tells why."
        return RefusedError(status, error.code, "The store cannot be read now.", hint, {"Retry-After": "5"})
    return RefusedError(status, error.code, error.message.rstrip(), error.hint or "")
