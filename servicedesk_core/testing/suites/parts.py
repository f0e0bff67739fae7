"""What every connector of the parts family must do, as tests that its author subclasses.

::

    class TestAcmeParts(PartsSuite):
        known = {"part_number": "WD19S-130W", "words": "dock"}  # of one part that can be had

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme

A test of something that the connector or its stand-in cannot do skips itself and says so.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import ClassVar

import pytest

from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.errors import AuthenticationError, ConnectorError
from servicedesk_core.hooks import PartsCapability
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.skipping import require
from servicedesk_core.testing.suites.truths import assert_hides_secrets

NOBODYS = {"part_number": "NOBODY-HAS-9", "upc": "99999999999993", "serial": "NOBODYHAS9", "words": "nobodyhas9 at all"}
"""What no source has, by each field."""


class PartsSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector with a few parts behind it.

    Attributes:
        known: How one part is found that can be had now, by each field of a query that the connector understands.
    """

    known: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return an opened connector whose credentials the source rejects; override it to have that tested."""
        return None

    @pytest.fixture
    async def break_down(self) -> Callable[[], Awaitable[None]] | None:
        """Return a function that makes the source fail from then on; override it to have that tested."""
        return None

    def test_whose_parts_it_finds_and_by_what_is_said(self, connector: AnyConnector) -> None:
        """It says so, the same each time, and the test data has an example for every way of looking."""
        can = self._can(connector)
        assert can == connector.describe_capabilities().parts
        assert can.finds_by, "it can look by nothing"
        assert can.finds_by <= NOBODYS.keys(), f"not fields of a query: {can.finds_by - NOBODYS.keys()}"
        assert can.finds_by == self.known.keys(), "give in `known` how the part is found by each field"

    async def test_a_part_is_found_in_every_way_that_is_said(self, connector: AnyConnector) -> None:
        """Each field alone finds it, and it is the same offer; a serial number is of one piece, perhaps another's."""
        found = {name: await self._found(connector, **{name: value}) for name, value in self.known.items()}
        named = [{offer.number for offer in offers} for name, offers in found.items() if name != "serial"]
        assert not named or set.intersection(*named), "no offer is found by all of them"

    async def test_spelling_is_no_other_part_number(self, connector: AnyConnector) -> None:
        """People type small letters, and leave hyphens out."""
        if "part_number" not in self.known:
            pytest.skip("it does not look by part number")
        number = self.known["part_number"]
        usual = {offer.number for offer in await self._found(connector, part_number=number)}
        for spelt in {number.lower(), number.replace("-", " "), f" {number} "}:
            assert {offer.number for offer in await self._found(connector, part_number=spelt)} == usual, spelt

    async def test_what_nobody_has_is_no_offer_and_no_error(self, connector: AnyConnector) -> None:
        """An empty answer, by whichever field."""
        for name in self._can(connector).finds_by:
            assert await connector.find_parts(PartQuery(**{name: NOBODYS[name]})) == (), name

    async def test_all_that_is_said_must_fit(self, connector: AnyConnector) -> None:
        """What fits a part of the question only is not offered."""
        for name in self._can(connector).finds_by:
            others = {other: value for other, value in self.known.items() if other != name}
            if others:
                query = PartQuery(**others, **{name: NOBODYS[name]})
                assert await connector.find_parts(query) == (), f"it does not heed {name}"

    async def test_asking_is_reading(self, connector: AnyConnector) -> None:
        """Asked twice, the source says the same."""
        for name, value in self.known.items():
            one, other = [await self._found(connector, **{name: value}) for _ in range(2)]
            key = PartOffer.model_dump_json
            assert sorted(map(key, one)) == sorted(map(key, other)), name

    async def test_an_offer_adds_up(self, connector: AnyConnector) -> None:
        """Each is named once, and where all its places tell, they make what is available."""
        for name, value in self.known.items():
            offers = await self._found(connector, **{name: value})
            numbers = [(offer.number, offer.condition) for offer in offers]
            assert len(numbers) == len(set(numbers)), f"{name}: an offer comes twice"
            for offer in offers:
                told = [place.available for place in offer.places]
                if told and None not in told:
                    total = sum((one for one in told if one is not None), Decimal(0))
                    assert offer.available == total, f"{offer.number}: its places make {total}, not {offer.available}"
                for price in (offer.unit_price, offer.list_price):
                    assert price != 0, f"{offer.number}: a price that is not known is none, never 0"

    async def test_no_secret_stands_in_an_offer(self, connector: AnyConnector) -> None:
        """Offers are shown: no credential of the connection is in them."""
        for name, value in self.known.items():
            offers = await self._found(connector, **{name: value})
            await assert_hides_secrets(connector, [offer.model_dump(mode="json") for offer in offers], "find_parts")

    async def test_wrong_credentials_are_an_error_and_no_empty_shelf(self, rejected: AnyConnector | None) -> None:
        """Who is not let in is told so."""
        if rejected is None:
            pytest.skip("override the fixture rejected to have this tested")
        name, value = next(iter(self.known.items()))
        with pytest.raises(AuthenticationError):
            await rejected.find_parts(PartQuery(**{name: value}))

    async def test_a_source_that_is_down_is_an_error_and_no_empty_shelf(
        self, connector: AnyConnector, break_down: Callable[[], Awaitable[None]] | None
    ) -> None:
        """A source that cannot answer has not said that it has none."""
        if break_down is None:
            pytest.skip("override the fixture break_down to have this tested")
        await break_down()
        for name, value in self.known.items():
            with pytest.raises(ConnectorError):
                await connector.find_parts(PartQuery(**{name: value}))

    def _can(self, connector: AnyConnector) -> PartsCapability:
        require(connector, "find_parts")
        can = connector.describe_capabilities().parts
        assert can is not None, "it implements find_parts, and Capabilities.parts does not say whose parts"
        return can

    async def _found(self, connector: AnyConnector, **said: str) -> tuple[PartOffer, ...]:
        found: tuple[PartOffer, ...] = await connector.find_parts(PartQuery(**said))
        assert found, f"the known part is not found by {said}"
        assert all(isinstance(one, PartOffer) for one in found)
        return found
