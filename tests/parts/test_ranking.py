"""An installed feature decides which offer comes first; what it does wrong spoils nothing."""

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.parts import pages

FEATURE = """
from servicedesk_core.features import Feature

FEATURE = Feature("{name}", "An order of parts.", rules={{"parts.rank": __name__ + ":rank"}})


def rank(offered, quantity, currency):
    {rule}
"""
CHEAPEST = "return offered.offer.unit_price is None, offered.offer.unit_price or 0"


@pytest.fixture
def ranking(tmp_path, monkeypatch, install):
    """Return a function that installs a feature with a rule."""
    monkeypatch.syspath_prepend(tmp_path)

    def installed(name, rule):
        distribution = f"{tmp_path.name}-{name}".replace("_", "-")
        entry = f"[servicedesk.features]\n{name} = {distribution.replace('-', '_')}:FEATURE\n"
        install(tmp_path, distribution, entry, FEATURE.format(name=name, rule=rule))

    return installed


class Told:
    """A terminal that keeps what is said."""

    def __init__(self):
        self.said = []

    def rows(self, *args, **kwargs):
        del args, kwargs

    def say(self, text):
        self.said.append(text)


async def offered(desk):
    found = await desk.parts.find("WD19S")
    return [(row.connection, row.number) for row in found.offers], found


async def test_its_rule_is_that_of_the_desk(desk_with, ranking):
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:
        usual, found = await offered(desk)
        assert found.order is None
    ranking("thrift", CHEAPEST)
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:
        rows, found = await offered(desk)
    assert rows[:2] == usual[1::-1], "the cheaper one before the shelf"
    terminal = Told()
    pages.found(terminal, found)
    assert terminal.said[-1] == "In the order of thrift."


async def test_one_that_fails_leaves_the_usual_order_and_says_so(desk_with, ranking):
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:
        usual, _ = await offered(desk)
    ranking("broken", 'raise KeyError("a text of a record")')
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:
        rows, found = await offered(desk)
    assert (rows, found.order) == (usual, "The rule of broken failed (KeyError), so the usual order stands.")


async def test_two_are_one_too_many(desk_with, ranking):
    ranking("thrift", CHEAPEST)
    ranking("haste", "return offered.offer.arrives_on is None")
    async with desk_with(shelf="Shelf") as desk:
        with pytest.raises(SettingsError, match="haste, thrift") as told:
            await desk.parts.find("WD19S")
    assert "disable in [plugins]" in told.value.hint
