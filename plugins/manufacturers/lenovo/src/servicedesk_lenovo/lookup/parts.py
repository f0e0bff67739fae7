"""The service parts of a device, with what may take their place."""

from collections.abc import Mapping, Sequence
from typing import Any

from servicedesk_core.domain.warranty import DeviceRef, PartInfo, PartLevel
from servicedesk_core.errors import ConnectorError, NotFoundError, ProtocolError, RejectedError
from servicedesk_lenovo.api.client import NOT_FOUND, SEVERAL, Api, Role, error_in, rows_of
from servicedesk_lenovo.devices import asked_as

_LEVELS = {"SERIAL": PartLevel.AS_BUILT, "MTM": PartLevel.MODEL, "MT": PartLevel.MACHINE_TYPE}
_PARTS_PER_REQUEST = 50


async def parts_of(api: Api, device: DeviceRef) -> tuple[PartInfo, ...]:
    """Return the parts of a device, those that were built in first.

    Raises:
        NotFoundError: Lenovo does not know the device.
        RejectedError: Several machines have its serial number.
        ConnectorError: The vendor could not be asked.
    """
    body = await api.get(Role.PART, "part", {"Serial": asked_as(device)})
    error = error_in(body)
    if error is not None:
        if error.code == NOT_FOUND:
            raise NotFoundError("Lenovo knows no machine with this serial number.")
        if error.code == SEVERAL:
            raise RejectedError(
                "Several machines have this serial number.", hint="Say which one: supply the machine type."
            )
        raise ProtocolError(f"Lenovo answered the question for parts with error {error.code}.")
    rows = rows_of(body)
    if rows is None:
        raise ProtocolError("Lenovo's answer to the question for parts is no list.")
    known = {number: row for row in rows if (number := _text(row.get("ID")))}
    substitutes = await _substitutes(api, tuple(known))
    parts = [_part(number, row, substitutes.get(number, ())) for number, row in known.items()]
    return tuple(sorted(parts, key=lambda part: list(PartLevel).index(part.level)))


async def _substitutes(api: Api, numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what may take the place of each part; the list of parts is worth having without."""
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(numbers), _PARTS_PER_REQUEST):
        batch = numbers[start : start + _PARTS_PER_REQUEST]
        try:
            rows = rows_of(await api.get(Role.PART, "part", {"ID": ",".join(batch)})) or ()
        except ConnectorError:
            return found
        for row in rows:
            others = row.get("Substitutes")
            names = (
                [_text(one.get("Part")) for one in others if isinstance(one, Mapping)]
                if isinstance(others, list)
                else []
            )
            found[_text(row.get("ID"))] = tuple(dict.fromkeys(name for name in names if name))
    return found


def _part(number: str, row: Mapping[str, Any], substitutes: tuple[str, ...]) -> PartInfo:
    return PartInfo(
        number=number,
        description=_text(row.get("Name")) or None,
        commodity_code=_text(row.get("Type")) or None,
        level=_LEVELS.get(_text(row.get("Level")).upper(), PartLevel.CATALOGUE),
        substitutes=substitutes,
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
