"""Tokens: shown once, kept as a digest, never more than whose they are, over when they end or are revoked."""

from datetime import timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError, StoreError
from servicedesk_core.faces import Capability
from servicedesk_core.features.people import forget_strangers
from servicedesk_core.people import Actor, Way


async def rows(desk, table):
    return await desk.store.read(lambda tx: [tuple(row) for row in tx.exec_driver_sql(f"SELECT * FROM {table}")])


async def test_a_token_is_shown_once_and_kept_nowhere(desk):
    made = await desk.tokens.new("reports")
    assert made.token.startswith("sdk_")
    kept = [*await rows(desk, "api_tokens"), *await rows(desk, "audit")]
    assert made.token not in f"{kept} {made}"
    assert made.token.removeprefix("sdk_").encode() not in b"".join(
        value for row in kept for value in row if isinstance(value, bytes)
    )


async def test_it_ends(desk, program, clock):
    asks = await program(lasts=timedelta(days=2))
    assert (await asks.get("/tickets/list")).status_code == 200
    clock.advance(timedelta(days=2).total_seconds())
    answer = await asks.get("/tickets/list")
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_token")
    assert (await desk.tokens.list()).items == ()
    assert [one.state for one in (await desk.tokens.list(all_=True)).items] == ["expired"]


async def test_unknown_tokens_of_an_address_are_counted_and_known_ones_of_it_are_not(program, clock):
    known, guesses = await program(), await program()
    assert (await known.get("/status")).status_code == 200
    guesses.token = "sdk_guessed"
    answers = [(await guesses.get("/status")).status_code for _ in range(32)]
    assert answers[:30] == [401] * 30
    assert answers[30:] == [429] * 2
    assert (await known.get("/status")).status_code == 200
    clock.advance(60)
    assert (await guesses.get("/status")).status_code == 401


async def test_those_of_who_left_the_list_do_not_come_back_with_the_name(desk, program, settings, clock):
    asks = await program("ben")
    people = {name: one for name, one in settings["people"].items() if name != "ben"}
    async with ServiceDesk(settings | {"people": people}, clock=clock, actor=Actor("user:ana", Way.CLI)) as without:
        assert await forget_strangers(without) == ("ben",)
    assert (await asks.get("/tickets/list")).status_code == 401


async def test_it_opens_nothing_once_it_is_revoked(desk, program):
    asks = await program()
    number = (await desk.tokens.list()).items[0].id
    await desk.tokens.revoke(number)
    again = await desk.tokens.revoke(number)
    assert again.name == "a program"
    assert (await asks.get("/tickets/list")).status_code == 401
    acts = [one.action for one in (await desk.audit.list()).items]
    assert acts.count("token.revoked") == acts.count("token.made") == 1


async def test_it_is_told_when_it_was_used(desk, program, clock):
    asks = await program()
    for seconds in (0, 60, 240):  # a use within five minutes of the last is not kept
        clock.advance(seconds)
        await asks.get("/tickets/list")
    used = (await desk.tokens.list()).items[0].last_used_at
    assert (clock.now() - used) == timedelta()


async def test_a_busy_store_holds_up_one_request_in_a_minute_and_not_all(desk, program, clock, monkeypatch):
    asks, tried = await program(), []

    async def busy(*_, **given):
        tried.append(given["patience_s"])
        raise StoreError("Another process writes.")

    monkeypatch.setattr(desk.store, "write", busy)
    for seconds, times in ((0, 1), (0, 1), (59, 1), (1, 2)):
        clock.advance(seconds)
        assert (await asks.get("/status")).status_code == 200
        assert tried == [1.0] * times


async def test_nobody_makes_one_for_somebody_else_without_the_right_to_take_their_place(desk):
    ben = desk.acting_as(Actor("user:ben", Way.CLI))
    with pytest.raises(NotPermittedError, match=r"people\.act-as"):
        await ben.tokens.new("mine", person="ana")
    ada = desk.acting_as(Actor("user:ada", Way.CLI))
    assert (await ada.tokens.new("theirs", person="ben")).person == "ben"
    assert [one.person for one in (await ben.tokens.list()).items] == ["ben"]
    with pytest.raises(SettingsError, match='no person "bem"') as told:
        await ada.tokens.new("theirs", person="bem")
    assert "ben" in told.value.message


async def test_a_token_makes_and_revokes_none(desk):
    number = (await desk.tokens.new("one")).id
    shown = desk.acting_as(Actor("user:ana", Way.TOKEN), only=frozenset({Capability.READ}))
    with pytest.raises(NotPermittedError, match="makes no other"):
        await shown.tokens.new("another")
    ben = desk.acting_as(Actor("user:ben", Way.CLI))
    with pytest.raises(NotPermittedError, match=r"desk\.operate"):
        await ben.tokens.revoke(number)
    with pytest.raises(NotFoundLocallyError, match="no token 99"):
        await desk.tokens.revoke(99)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " "}, "no name"),
        ({"name": "x", "lasts": timedelta(days=367)}, "366"),
        ({"name": "x", "lasts": timedelta()}, "a day at least"),
    ],
)
async def test_what_is_no_token_is_refused(desk, given, why):
    with pytest.raises(SettingsError, match=why):
        await desk.tokens.new(**given)


async def test_it_may_no_more_than_whose_it_is_and_no_more_than_it_was_given(program):
    narrow = await program(only=(Capability.READ,))
    assert await narrow.data("/tickets/list?limit=1")
    refused = await narrow.get("/profit/show")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert "By this way user:ana may not do" in refused.json()["detail"]
    of_a_technician = await program("ben", only=(Capability.MONEY,))
    assert (await of_a_technician.get("/profit/show")).status_code == 403


async def test_what_is_done_because_of_a_change_may_no_more_either(desk):
    change = [one async for one in desk.changes()][-1]
    narrow = desk.acting_as(Actor("user:ana", Way.TOKEN), only=frozenset({Capability.READ}))
    with pytest.raises(NotPermittedError, match="By this way user:ana"):
        await narrow.because_of(change).profit.show()
