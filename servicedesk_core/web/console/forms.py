"""What a page sends: the fields of a form."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from servicedesk_core.errors import SettingsError

_LARGEST_BYTES: Final = 2_000_000
_MOST: Final = 20_000
"""Of a list at most 10,000 rows are shown, and all of them can be selected."""
_KIND: Final = "application/x-www-form-urlencoded"


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """Return names and values in their order, without those that are empty.

    Raises:
        SettingsError: It is no form, or too large a one.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != _KIND:
        raise SettingsError("This is no form of the console.", hint="Open the page again, and send its form.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_BYTES:
            raise SettingsError("The form is too large.", hint="Send less at once.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=False, errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise SettingsError("The form cannot be read.", hint="Open the page again, and send its form.") from None
    return [(name, value.replace("\r\n", "\n")) for name, value in pairs]
