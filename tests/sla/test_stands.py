"""Promises one by one: how they stand, those that were decided, and what is promised."""

from datetime import timedelta

from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.features.sla.stands.model import Stand
from servicedesk_core.features.sla.stands.tables import due_counts, stand_counts
from tests.sla.office import at, created, status

MINUTES = {29: "fine", 30: "50-75", 45: "50-75", 46: "76-85", 51: "76-85", 52: "86-95", 57: "86-95", 58: "over-95"}
"""Minutes of an hour that are used up: 45 are 75 %, 46 are 76.7."""


async def test_a_promise_stands_in_one_band_by_whole_percents_and_counts_are_lists(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00", "P3"), priority="P3")
    await told.move("03-03 09:01")
    await told.desk.sla.evaluate()
    triage, desk = ClockFilter(clock="triage"), told.desk
    for minute, stand in (MINUTES | {61: "late"}).items():
        await told.move(f"03-03 {9 + minute // 60:02}:{minute % 60:02}")
        found = [one for one in Stand if (await desk.sla.clocks(triage, stand=(one,))).items]
        assert found == [Stand(stand)], minute
        now = told.clock.now()
        counts = await desk.store.read(lambda tx, now=now: stand_counts(desk, tx, now))
        assert {one: many for (clock, one), many in counts.items() if clock == "triage" and many} == {Stand(stand): 1}
    assert {one.clock for one in await desk.sla.clocks(stand=(Stand.LATE, Stand.FINE))} == {
        "triage", "engagement", "completion",
    }  # fmt: skip


async def test_what_comes_due_is_told_by_the_hour(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00", "P3"), priority="P3")
    await told.move("03-03 09:10")
    await told.desk.sla.evaluate()
    start, hour, desk = told.clock.now(), timedelta(hours=1), told.desk
    spans = [(start, start + hour), (start + hour, start + 24 * hour)]
    first, rest = await desk.store.read(lambda tx: due_counts(desk, tx, start, spans))
    for number, (since, before) in zip((first, rest), spans, strict=True):
        assert len((await desk.sla.clocks(due_since=since, due_before=before)).items) == number
    assert first == 1


async def test_decided_promises_are_those_that_attainment_judges(told):
    await told.promise()
    late = status("03-03 11:00", "resolved")
    await told.ticket(4, created("03-02 09:00", "P2"), late, priority="P2")
    await told.ticket(4, resolved_at=at("03-03 11:00"))
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    since = at("03-02 00:00")
    judged = {one.clock: one.judged for one in await told.desk.sla.attainment(since=since) if one.clock != "all"}
    rows = (await told.desk.sla.decided(since=since)).items
    assert {clock: sum(one.clock == clock for one in rows) for clock in judged} == judged
    missed = (await told.desk.sla.decided(since=since, outcome=("missed",))).items
    assert {one.outcome for one in missed} == {"missed"}
    assert len(missed) == len((await told.desk.sla.missed(since=since)).items)


async def test_policies_say_what_is_promised(told):
    assert not (await told.desk.sla.policies()).items
    await told.promise()
    rows = {one.priority: one for one in await told.desk.sla.policies()}
    assert (rows["P1"].triage_s, rows["P1"].calendar, rows["P1"].applies_to) == (900, "always", "all")
    assert (rows["others"].completion_s, rows["others"].calendar) == (24 * 3600, "office")
