"""The service parts of a device, asked for once and kept: Dell wants it so."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.domain.warranty import DeviceRef, PartInfo, PartLevel
from servicedesk_core.errors import NotFoundError, RejectedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_dell.api.dispatch import DispatchApi, Part
from servicedesk_dell.api.warranty import WarrantyApi
from servicedesk_dell.meaning.claims import RETURN_TO_DEPOT
from servicedesk_dell.settings import DellSettings

KEPT = timedelta(days=30)
_DEPOT = PartInfo(
    number=RETURN_TO_DEPOT,
    description="Return to depot (goes with a depot repair)",
    level=PartLevel.CATALOGUE,
    is_serialized=False,
)


async def service_parts(
    ctx: ConnectorContext[DellSettings], dispatch: DispatchApi, warranty: WarrantyApi, device: DeviceRef
) -> tuple[PartInfo, ...]:
    """Return the parts that a claim for a device may name; without a dispatch key, those that it was built of.

    Raises:
        NotFoundError: Dell does not know the device.
        ConnectorError: Dell could not be asked.
    """
    if not ctx.settings.can_claim:
        return _built_of(await warranty.components(device.serial_number))
    key = f"parts:{device.serial_number}"
    kept = await ctx.state.get(key)
    now = ctx.clock.now()
    if isinstance(kept, dict) and datetime.fromisoformat(kept["at"]) + KEPT > now:
        parts, level = [Part(**part) for part in kept["parts"]], PartLevel(kept["level"])
    else:
        parts, level = await _asked(dispatch, device)
        kept = {"at": now.isoformat(), "level": level.value, "parts": [asdict(part) for part in parts]}
        await ctx.state.put(key, kept)
    return (*(_info(part, level) for part in parts), _DEPOT)


async def _asked(dispatch: DispatchApi, device: DeviceRef) -> tuple[list[Part], PartLevel]:
    try:
        parts = await dispatch.parts_by_tag(device.serial_number)
    except RejectedError as error:
        raise NotFoundError("Dell lists no parts for this service tag.", hint=error.hint) from error
    if parts is None:
        raise NotFoundError("Dell does not know this service tag.")
    if not parts and device.machine_type:  # its class of devices, as Dell calls it, is the second best
        return await dispatch.parts_by_model(device.machine_type), PartLevel.MODEL
    return parts, PartLevel.MACHINE_TYPE


def _info(part: Part, level: PartLevel) -> PartInfo:
    return PartInfo(
        number=part.number,
        description=part.description,
        commodity_code=part.type_code,
        level=level,
        is_serialized=part.is_serialized,
    )


def _built_of(asset: Any) -> tuple[PartInfo, ...]:
    if asset.get("invalid") is True:
        raise NotFoundError("Dell does not know this service tag.")
    found = asset.get("components")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return tuple(
        PartInfo(
            number=str(row["partNumber"]),
            description=row.get("partDescription") if isinstance(row.get("partDescription"), str) else None,
            commodity_code=row.get("itemNumber") if isinstance(row.get("itemNumber"), str) else None,
            level=PartLevel.AS_BUILT,
        )
        for row in rows
        if row.get("partNumber")
    )
