"""Service parts: asked for once, with the pseudo part that lists leave out."""

from datetime import timedelta

import pytest

from servicedesk_core.domain.warranty import PartLevel
from servicedesk_core.errors import NotFoundError
from servicedesk_core.testing import MemoryState
from servicedesk_dell.sandbox import fleet


async def test_parts_are_asked_for_once_per_tag_and_kept(maker, device):
    state = MemoryState()
    async with maker.connector(state=state) as dell:
        first = await dell.find_service_parts(device())
    async with maker.connector(state=state) as dell:
        assert await dell.find_service_parts(device()) == first
        assert maker.requests["GetPartsbyServiceTag"] == 1
        dell.ctx.clock.instant += timedelta(days=31)
        assert await dell.find_service_parts(device()) == first
    assert maker.requests["GetPartsbyServiceTag"] == 2


async def test_return_to_depot_is_added_and_serials_are_told(dell, device):
    tag = next(tag for n in range(99) if fleet.device_class(tag := f"L{n:05d}P") == "Laptops")
    parts = {part.number: part for part in await dell.find_service_parts(device(tag))}
    assert parts["RTD"].level is PartLevel.CATALOGUE
    assert (parts["BAT"].is_serialized, parts["KBD"].is_serialized) == (True, False)
    assert parts["KBD"].commodity_code == "Input"


async def test_unknown_tag_has_no_parts(dell, device):
    with pytest.raises(NotFoundError):
        await dell.find_service_parts(device("ZZ00001"))


async def test_class_of_devices_helps_out_when_a_tag_lists_nothing(dell, maker, device):
    empty = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><R xmlns="http://api.dell.com">'
        "<PartsbyTagResult><Parts/></PartsbyTagResult></R></s:Body></s:Envelope>"
    )
    maker.sandbox.faults([{"kind": "status", "action": "GetPartsbyServiceTag", "status": 200, "body": empty}])
    parts = await dell.find_service_parts(device(machine_type="Desktops"))
    assert {part.number for part in parts} >= {"HRD", "PSU", "RTD"}
    assert {part.level for part in parts} == {PartLevel.MODEL, PartLevel.CATALOGUE}
