"""The vendor's interface: each of its resources with credentials of its own kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from servicedesk_core.errors import AuthenticationError, PermissionDeniedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient, RequestOptions, Response
from servicedesk_lenovo.api.profile import profile
from servicedesk_lenovo.settings import LenovoSettings

NOT_FOUND = 100
SEVERAL = 101


class Role(StrEnum):
    """What a ClientID may be allowed, in the vendor's words."""

    WARRANTY = "WebAPI.Warranty"
    PART = "WebAPI.Part"
    CASE = "WebAPI.Case"
    SUPPORT = "WebAPI.Support"


@dataclass(frozen=True, slots=True)
class VendorError:
    """An error inside an answer that calls itself a success.

    Attributes:
        code: The vendor's code; 100 = not found, 101 = several machines share the serial number.
        message: The vendor's words.
    """

    code: int | None
    message: str


class Api:
    """The interface of one ClientID.

    The vendor answers 401 both to a wrong ClientID and, perhaps, to a role that it lacks; so each role has a client of
    its own, and a 401 for one role is a missing role when another one was accepted.

    Args:
        ctx: What the connector was given.
    """

    def __init__(self, ctx: ConnectorContext[LenovoSettings]) -> None:
        self._ctx = ctx
        self._clients: dict[Role, HttpClient] = {}
        self._accepted: set[Role] = set()

    async def get(self, role: Role, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer.

        Raises:
            AuthenticationError: The ClientID was refused.
            PermissionDeniedError: It lacks the role.
            ConnectorError: The vendor could not be asked.
        """
        return (await self._send(role, "GET", path, params=params)).json()

    async def post_form(self, role: Role, path: str, fields: Mapping[str, str]) -> Any:
        """Ask with a form, for lists that an address is too short for; see :meth:`get`."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._send(role, "POST", path, content=urlencode(fields).encode(), headers=headers)
        return answer.json()

    async def post(self, role: Role, path: str, body: Mapping[str, Any]) -> Response:
        """Write, once, and return the answer as it is; it may be empty.

        Raises:
            OutcomeUnknownError: It may have been done.
            ConnectorError: It was not done.
        """
        return await self._send(role, "POST", path, json=body)

    async def _send(self, role: Role, method: str, path: str, **options: Any) -> Response:
        asked: RequestOptions = {"endpoint": path.partition("/")[0], **options}  # type: ignore[typeddict-item]
        try:
            answer = await self._client(role).request(method, path, **asked)
        except AuthenticationError as error:
            if self._accepted - {role}:
                raise PermissionDeniedError(
                    f"The ClientID lacks the role {role}.",
                    hint="Ask Lenovo for it; see 'servicedesk connections requirements'.",
                    connection=error.connection,
                    detail=error.detail,
                ) from error
            error.hint = f"Check client_id and that it has the role {role}, then run 'servicedesk connections test'."
            raise
        self._accepted.add(role)
        return answer

    def _client(self, role: Role) -> HttpClient:
        if role not in self._clients:
            settings = self._ctx.settings
            budget = self._ctx.vendor_budget(requests=settings.requests_per_hour, concurrency=settings.parallel)
            self._clients[role] = self._ctx.http(profile(self._ctx.settings, budget))
        return self._clients[role]


def error_in(body: Any) -> VendorError | None:
    """Return the error in a successful answer, if it is one."""
    error = body.get("Error") if isinstance(body, Mapping) else None
    if error is None:
        return None
    if not isinstance(error, Mapping):
        return VendorError(None, "")
    code, message = error.get("Code"), error.get("Message")
    number = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdigit()) else None
    return VendorError(number, message if isinstance(message, str) else "")


def rows_of(body: Any) -> Sequence[Mapping[str, Any]] | None:
    """Return the records of an answer: the vendor sends a list for many and the record itself for one.

    Returns:
        The records, or ``None`` when the answer is neither.
    """
    if isinstance(body, Mapping):
        return (body,)
    if isinstance(body, list) and all(isinstance(row, Mapping) for row in body):
        return body
    return None
