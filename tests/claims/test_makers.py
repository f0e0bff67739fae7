"""Which connection a claim goes through."""

from dataclasses import dataclass

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import ClaimIncompleteError
from servicedesk_core.features.claims.sending.preparing import carrier_of


@dataclass
class Opened:
    """A connection as far as choosing one looks at it."""

    maker: str

    @property
    def calls(self):
        return self

    def implements(self, hook):
        return hook == "submit_claim"

    def recognise(self, device):
        return (
            device.model_copy(update={"manufacturer": self.maker}) if device.manufacturer in ("", self.maker) else None
        )


async def carrier(manufacturer, **connections):
    async def opener(name):
        return Opened(connections[name])

    return await carrier_of(DeviceRef(manufacturer=manufacturer, serial_number="AB12CD3"), tuple(connections), opener)


async def test_a_serial_number_that_may_be_several_makers_goes_to_none_of_them():
    with pytest.raises(ClaimIncompleteError, match="Dell or Lenovo"):
        await carrier("", one="Lenovo", two="Dell")
    assert (await carrier("Dell", one="Lenovo", two="Dell")).opened.maker == "Dell"


async def test_two_accounts_at_one_maker_are_no_two_makers():
    assert (await carrier("", one="Dell", two="Dell")).manufacturer == "Dell"
