"""Which organisation a connection is about: one log-in may reach several."""

from collections.abc import Mapping
from typing import Any

from servicedesk_core.errors import PermissionDeniedError, ProtocolError, SettingsError
from servicedesk_core.http import HttpClient


async def chosen(http: HttpClient, wanted: str | None) -> str:
    """Return the id of the organisation.

    Args:
        http: Asks for the organisations that the log-in reaches.
        wanted: Id or name from the configuration; ``None`` = the only one.

    Raises:
        PermissionDeniedError: None is connected, or not that one.
        SettingsError: Several are, and nobody says which is meant.
        ConnectorError: Xero could not be asked.
    """
    body = (await http.get("connections")).json()
    if not isinstance(body, list):
        raise ProtocolError("Xero's answer is no list of organisations.", connection=http.connection)
    found = [one for one in body if isinstance(one, Mapping) and one.get("tenantType") == "ORGANISATION"]
    named = [one for one in found if wanted is None or _is(one, wanted)]
    known = ", ".join(sorted(str(one.get("tenantName")) for one in found))
    if not named:
        reached = f"it reaches {known}" if found else "it reaches none"
        raise PermissionDeniedError(
            f"The log-in does not reach the organisation {wanted or ''}: {reached}.".replace("  ", " "),
            hint="Run 'servicedesk connections authorize' and choose it in the browser.",
            connection=http.connection,
        )
    if len(named) > 1:
        raise SettingsError(
            f"The log-in reaches several organisations: {known}.",
            hint="Set organisation of the connection to the id or name of one of them.",
        )
    return str(named[0]["tenantId"])


def _is(one: Mapping[str, Any], wanted: str) -> bool:
    return wanted.casefold() in {str(one.get("tenantId")).casefold(), str(one.get("tenantName")).casefold()}
