"""What can be ordered for a device; Cisco publishes no list of service parts."""

from servicedesk_cisco.api.client import Api, rows, text
from servicedesk_cisco.api.errors import error_in
from servicedesk_core.domain.warranty import DeviceRef, PartInfo, PartLevel
from servicedesk_core.errors import NotFoundError, ProtocolError

ORDERABLE = "sn2info/v2/identifiers/orderable/serial_numbers"


async def parts_of(api: Api, device: DeviceRef) -> tuple[PartInfo, ...]:
    """Return the product ids that can be ordered for a device, each once.

    Args:
        api: The vendor's interface.
        device: A device that was recognised.

    Raises:
        NotFoundError: Cisco does not know the device.
        ConnectorError: Cisco could not be asked.
    """
    body = await api.get(ORDERABLE, device.serial_number)
    mine = [
        row
        for row in rows(body.get("serial_numbers") if isinstance(body, dict) else None)
        if (text(row.get("sr_no")) or "").upper() == device.serial_number
    ]
    error = error_in(body) or (error_in(mine[0]) if mine else None)
    if error is not None and not error.means_absent:
        raise ProtocolError(f"Cisco answered with error {error.code}.")
    if error is not None or not mine:
        raise NotFoundError("Cisco knows no product with this serial number.")
    listed = [text(one.get("orderable_pid")) for one in rows(mine[0].get("orderable_pid_list"))]
    return tuple(PartInfo(number=pid, level=PartLevel.AS_BUILT) for pid in dict.fromkeys(listed) if pid)
