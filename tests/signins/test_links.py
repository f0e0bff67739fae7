"""Links: each works once, for its time, and is kept as a digest."""

from datetime import timedelta

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.signins import ensure_usable, links, tables
from tests.signins.conftest import NOW


async def test_a_link_works_once(desk):
    token = await desk.store.write(lambda tx: links.invite(tx, "Ben", NOW, "user:ada via cli"))
    kept = await desk.store.read(lambda tx: [*tx.exec_driver_sql("SELECT * FROM invitations")])
    assert token not in f"{kept}"
    assert (await desk.store.read(lambda tx: links.invited(tx, token, NOW))).person == "Ben"
    assert await desk.store.read(lambda tx: links.invited_until(tx, NOW)) == {"Ben": NOW + timedelta(days=3)}
    assert (await desk.store.write(lambda tx: links.used(tx, token, NOW))).made_by == "user:ada via cli"
    assert await desk.store.write(lambda tx: links.used(tx, token, NOW)) is None
    assert await desk.store.read(lambda tx: links.invited(tx, token, NOW)) is None


@pytest.mark.parametrize(("person", "lasts"), [("Ben", timedelta(days=3)), (None, timedelta(minutes=10))])
async def test_it_ends(desk, person, lasts):
    token = await desk.store.write(lambda tx: links.invite(tx, person, NOW, "user:ada via cli"))
    before = NOW + lasts - timedelta(seconds=1)
    assert (await desk.store.read(lambda tx: links.invited(tx, token, before))).person == person
    assert await desk.store.read(lambda tx: links.invited(tx, token, NOW + lasts)) is None
    assert await desk.store.write(lambda tx: links.used(tx, token, NOW + lasts)) is None


async def test_the_next_link_of_somebody_takes_the_place_of_the_last(desk):
    first, second, other = [
        await desk.store.write(lambda tx, who=who: links.invite(tx, who, NOW, "user:ada via cli"))
        for who in ("Ben", "Ben", "ana")
    ]
    found = [await desk.store.read(lambda tx, one=one: links.invited(tx, one, NOW)) for one in (first, second, other)]
    assert [one and one.person for one in found] == [None, "Ben", "ana"]
    await desk.store.write(lambda tx: tables.forget(tx, "Ben"))
    assert await desk.store.read(lambda tx: links.invited(tx, second, NOW)) is None


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ("short", "12 are the fewest"),
        ("x" * 1_001, "more than 1000"),
        ("aaaaaaaaaaaab", "everybody tries"),
        ("123456789012", "everybody tries"),
        ("Password2026!", "everybody tries"),
        ("ben.example-1", "the name, and little else"),
    ],
)
def test_what_everybody_tries_first_is_no_password(chosen, why):
    with pytest.raises(SettingsError, match=why):
        ensure_usable(chosen, "Ben Example")


@pytest.mark.parametrize("chosen", ["correct horse battery", "Straße überquert", "kV7#" * 4 + "p"])
def test_anything_else_is_one_whatever_it_is_composed_of(chosen):
    ensure_usable(chosen, "Ben Example")
