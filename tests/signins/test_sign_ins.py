"""Sign-ins: proved by a password, kept as digests, over by time, by sign-out, and when rights change."""

import asyncio
from datetime import timedelta

import argon2
import pytest

from servicedesk_core.features.signins import passwords, tables
from tests.signins.conftest import NOW, RIGHT


async def rows(desk, table):
    return await desk.store.read(lambda tx: [tuple(row) for row in tx.exec_driver_sql(f"SELECT * FROM {table}")])


async def test_a_sign_in_is_new_each_time_and_its_cookie_is_kept_nowhere(desk, enter, who):
    one, other = (await enter()).cookie, (await enter("ANA ")).cookie
    assert one != other
    assert (await who(one)).person == (await who(other)).person == "ana"
    assert (await who(one)).address == "192.0.2.7"
    assert await who(one + "x") is None
    kept = [*await rows(desk, "sign_ins"), *await rows(desk, "audit"), *await rows(desk, "passwords")]
    assert one not in f"{kept}"
    assert RIGHT not in f"{kept}"
    told = (await desk.audit.list()).items
    assert [(one.actor, one.action) for one in told] == [("user:ana via console", "signin.begun")] * 2


async def test_it_ends_after_hours_without_use_and_after_days_with(desk, enter, who, clock):
    idle, busy = (await enter()).cookie, (await enter()).cookie
    for _ in range(25):
        clock.advance(timedelta(hours=7, minutes=58).total_seconds())
        one = await who(busy)
        if one is None:
            break
        assert tables.is_worth_keeping(one, clock.now())
        await desk.store.write(lambda tx, one=one: tables.note_use(tx, one, clock.now()))
    assert clock.now() - NOW >= timedelta(days=7)
    assert await who(idle) is None
    await enter()
    assert len(await rows(desk, "sign_ins")) == 1  # what has ended goes with the next


async def test_a_use_so_soon_after_the_last_is_not_kept_again(enter, who, clock):
    cookie = (await enter()).cookie
    clock.advance(299)
    assert not tables.is_worth_keeping(await who(cookie), clock.now())
    clock.advance(1)
    assert tables.is_worth_keeping(await who(cookie), clock.now())


async def test_it_ends_when_its_persons_rights_change_or_they_go(desk, enter, who):
    cookie, people = (await enter()).cookie, dict(desk.settings.people)
    number = (await who(cookie)).id
    promoted = people | {"ana": people["ana"].model_copy(update={"companies": ("1",)})}
    gone = {name: one for name, one in people.items() if name != "ana"}
    for other in (promoted, gone):
        assert await who(cookie, other) is None
        assert await desk.store.read(lambda tx, p=other: tables.still_signed_in(tx, [number], NOW, p)) == frozenset()
        assert await desk.store.read(lambda tx, p=other: tables.sign_ins_of(tx, None, NOW, p)) == []
    assert await desk.store.read(lambda tx: tables.still_signed_in(tx, [number, 99], NOW, people)) == {number}


async def test_one_ends_or_all_but_one(desk, enter, who):
    first, second, third = [(await enter()).cookie for _ in range(3)]
    assert await desk.store.write(lambda tx: tables.end(tx, 1))
    assert not await desk.store.write(lambda tx: tables.end(tx, 1))
    assert await desk.store.write(lambda tx: tables.end_all(tx, "ana", but=3)) == 1
    assert [await who(one) is not None for one in (first, second, third)] == [False, False, True]
    assert await desk.store.write(lambda tx: tables.forget(tx, "ana")) == 1
    assert await who(third) is None
    assert (await enter()).cookie is None


@pytest.mark.parametrize("name", ["ana", "Ben", "nobody", "my password!"])
async def test_whoever_does_not_exist_is_answered_like_a_wrong_password_after_the_same_work(
    desk, enter, name, monkeypatch
):
    hashes, verify = [], type(passwords._hasher()).verify
    monkeypatch.setattr(type(passwords._hasher()), "verify", lambda *of: hashes.append(1) or verify(*of))
    entry = await enter(name, "wrong horse battery")
    assert (entry.cookie, entry.wait_s, len(hashes)) == (None, 0, 1)
    (told,) = (await desk.audit.list()).items
    assert (told.actor, told.action) == ("system:console via console", "signin.refused")
    assert told.entity.startswith("person:" if name in {"ana", "Ben"} else "name:sha256:")
    assert "my password" not in f"{await rows(desk, 'audit')}{await rows(desk, 'sign_in_failures')}"


async def test_a_hash_with_other_parameters_is_renewed_at_the_next_sign_in(desk, enter):
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
    await desk.store.write(lambda tx: tables.keep_password(tx, "ana", old, NOW))
    assert (await enter()).cookie
    renewed = await desk.store.read(lambda tx: tables.password_of(tx, "ana"))
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await enter()).cookie


async def test_a_password_that_was_taken_away_while_it_was_proved_opens_nothing(desk, enter, monkeypatch):
    prove, loop = passwords.proves, asyncio.get_running_loop()

    def meanwhile(*of):
        asyncio.run_coroutine_threadsafe(desk.store.write(lambda tx: tables.forget(tx, "ana")), loop).result()
        return prove(*of)

    monkeypatch.setattr(passwords, "proves", meanwhile)
    assert (await enter()).cookie is None
