"""Giving tickets away on a desk: shown first, proposed once, decided anew where something changed meanwhile."""

import pytest

from servicedesk_core import Actor, Scope, Way
from servicedesk_core.domain import Task
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.assign.model import By
from servicedesk_core.store.schema import assignments
from tests import stored
from tests.assign.conftest import applied


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))


async def holders(desk):
    return {one.number: one.assignee for one in await desk.tickets.list() if one.assignee}


async def kept(desk):
    return await desk.store.read(lambda tx: tx.execute(assignments.select().order_by(assignments.c.id)).all())


async def test_what_somebody_was_given_counts_for_the_next_ticket_and_every_choice_is_kept(desk):
    done = await desk.assign.give(("T2", "T1"), reason="Monday")
    assert [(one.ticket, one.technician, one.state) for one in done] == [
        ("T1", "Ana Diaz", "confirmed"),
        ("T2", "Dana Wolf", "confirmed"),
    ]
    assert await holders(desk) == {"T1": "Ana Diaz", "T2": "Dana Wolf"}
    first, _ = await kept(desk)
    assert (first.technician_ref, first.recommended_ref, first.reason) == ("t1", "t1", "Monday")
    assert [one["technician"] for one in first.ranking] == ["t1", "t2"]


async def test_showing_who_would_take_a_ticket_writes_nothing(desk):
    found = await desk.assign.candidates("T1", skills={"firewall": "4"}, certifications=())
    assert [(one.place, one.technician, one.why) for one in found] == [
        (1, "Ana Diaz", ""),
        (None, "Dana Wolf", "firewall 4 (has 3)"),
    ]
    assert len((await desk.assign.preview(queue="Helpdesk")).rows) == 5
    assert (await kept(desk), len(await desk.writes.list())) == ([], 0)
    with pytest.raises(SettingsError, match="is no level"):
        await desk.assign.candidates("T1", skills={"firewall": "9"})


async def test_whom_somebody_names_gets_it_and_what_speaks_against_it_is_told(desk):
    shown = await desk.assign.preview(("T1",), to="Dana Wolf", skills={"firewall": 4})
    assert shown.rows[0].why == "against it: firewall 4 (has 3)"
    await desk.assign.give(("T1",), to="Dana Wolf", shown=shown, reason="She knows them")
    assert await holders(desk) == {"T1": "Dana Wolf"}
    (choice,) = await kept(desk)
    assert (choice.technician_ref, choice.recommended_ref) == ("t2", "t1")
    (away,) = await desk.assign.give(("T1",), to="")
    assert (away.state, await holders(desk)) == ("confirmed", {})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("[requirements.all]\nskills = { sap = 1 }", "nobody can take it: Ana Diaz, Dana Wolf sap 1 (has none)"),
        (
            "\n".join(
                f"[leave.{name}]\ntechnician = '{name}'\nfirst_day = 2026-03-01\nlast_day = 2026-03-05"
                for name in ("ana", "dana")
            ),
            "nobody can take it: Ana Diaz, Dana Wolf is out",
        ),
        (
            "[requirements.all]\ncertifications = ['X']",
            "nobody can take it: Ana Diaz, Dana Wolf not certified: X",
        ),
    ],
)
async def test_nobody_can_take_it(desk, tmp_path, more, why):
    await applied(desk, tmp_path, more)
    (row,) = await desk.assign.give(("T1",))
    assert (row.technician, row.write, row.why) == (None, None, why)
    assert len(await desk.writes.list()) == 0


async def test_a_ticket_in_progress_is_taken_over_only_by_whom_somebody_names(desk):
    await desk.assign.give(("T1",), to="Ana Diaz")
    await desk.tickets.update("T1", status="In Progress", send=True)
    (row,) = await desk.assign.give(("T1",))
    assert row.why.startswith("in progress: only somebody whom you name")
    await desk.assign.give(("T1",), to="Dana Wolf")
    assert await holders(desk) == {"T1": "Dana Wolf"}


async def test_of_two_coordinators_the_second_is_told_who_has_it(desk):
    hers, his = of(desk, "mia"), of(desk, "mia")
    first, second = await hers.assign.preview(("T1",)), await his.assign.preview(("T1",))
    await hers.assign.give(("T1",), shown=first)
    (row,) = await his.assign.give(("T1",), shown=second)
    assert (row.technician, row.why) == (None, "Ana Diaz was given it meanwhile.")
    assert len(await kept(desk)) == 1


async def test_what_waits_for_an_approval_gives_the_ticket_away_once(desk):
    (row,) = await of(desk, "coo").assign.give(("T1",))
    assert (row.state, await holders(desk)) == ("proposed", {})
    (other,) = await desk.assign.give(("T1",), to="Dana Wolf")
    assert other.why == "Write 1 of user:coo via console gives it away already."
    assert len(await kept(desk)) == 1
    shown = await desk.assign.candidates("T2")
    assert {one.technician: one.open_tickets for one in shown} == {"Ana Diaz": 1, "Dana Wolf": 0}


async def test_the_vendor_gave_it_away_meanwhile(desk, vendor):
    shown = await desk.assign.preview(("T1",))
    vendor.put("tickets", "1", title="Printer 1", status="New", assignee_ref="t2", queue_ref="q1", company_ref="c1")
    done = await desk.assign.give(("T1",), shown=shown)
    assert [(one.state, one.why) for one in done] == [("rejected", "Dana Wolf was given it meanwhile")]
    assert done.told == "1 ticket was not given away."


async def test_who_works_here_no_more_is_replaced_by_the_next(desk):
    shown = await desk.assign.preview(("T1",))
    gone = "UPDATE technicians SET gone_at = 1 WHERE external_id = 't1'"
    await desk.store.write(lambda tx: tx.exec_driver_sql(gone))
    (row,) = await desk.assign.give(("T1",), shown=shown)
    assert (row.technician, row.why) == ("Dana Wolf", "decided anew: the ticket had changed meanwhile")
    refused = await desk.assign.candidates("T2")
    assert [(one.technician, one.why) for one in refused if one.place is None] == [("Ana Diaz", "works here no more")]


async def test_what_the_vendor_refuses_is_told_beside_the_others(desk, vendor):
    vendor.faults.append("422")  # such as a role that the technician does not have
    done = await desk.assign.give(("T1", "T2"))
    refused, taken = sorted(done, key=lambda one: one.state != "rejected")  # whichever was sent first
    assert (refused.state, taken.state) == ("rejected", "confirmed")
    assert refused.why.startswith("The vendor")


async def test_what_cannot_be_asked(desk):
    with pytest.raises(SettingsError, match="No ticket was named"):
        await desk.assign.give(())
    with pytest.raises(SettingsError, match="either tickets, or"):
        await desk.assign.give(("T1",), unassigned=True)
    with pytest.raises(NotFoundLocallyError):
        await desk.assign.give(("T1",), to="Nobody Such")


async def test_how_tickets_went_on_that_were_given_away(desk, tmp_path, clock):
    await desk.assign.give(("T1", "T2"))
    await desk.assign.give(("T3",), to="Dana Wolf", reason="She knows them")
    clock.advance(3_600)
    await desk.assign.give(("T2",), to="Ana Diaz")
    (whole,) = await desk.assign.stats()
    assert (whole.given, whole.taken, whole.changed, whole.reassigned, whole.effective) == (4, 2, 2, 1, 3)
    assert str(whole.effectiveness) == "75.00"
    assert {one.of: one.given for one in await desk.assign.stats(by=By.REASON)} == {
        "She knows them": 1,
        "nobody said why": 1,
    }
    assert {one.of: one.given for one in await desk.assign.stats(by=By.TECHNICIAN)} == {"Ana Diaz": 2, "Dana Wolf": 2}


async def test_what_too_few_can_do_is_a_gap_with_who_could_learn_it(desk, tmp_path):
    assert len(await desk.assign.gaps()) == 0
    required = '[requirements.all]\nskills = { firewall = 4, sap = 1 }\ncertifications = ["X"]'
    await applied(desk, tmp_path, required)
    found = {one.ability: (one.gap, one.tickets, one.holders, one.training) for one in await desk.assign.gaps()}
    assert found == {
        "firewall": ("one person", 5, ("Ana Diaz",), ("Dana Wolf",)),
        "sap": ("nobody", 5, (), ()),
        "X": ("nobody", 5, (), ()),
    }


async def test_the_next_ticket_is_the_first_of_one_order_and_says_why(desk):
    await desk.assign.give(("T1", "T2"), to="Dana Wolf")
    for number, priority in (("T1", "P3"), ("T2", "P1")):
        await desk.tickets.update(number, status="In Progress", priority=priority, send=True)
    hers = of(desk, "tec")
    found = await hers.next.up()
    assert ([one.ticket for one in found], found.technician) == (["T2", "T1"], "Dana Wolf")
    assert found.why == "No promise is open on what can be begun; it has P1, and waits the longest."
    day = await hers.desks.me()
    assert (day.next.ticket, day.why) == ("T2", found.why)
    nobody = await desk.next.up(technician="Ana Diaz")
    assert (len(nobody), nobody.why) == (0, "No ticket is open.")
    with pytest.raises(NotFoundLocallyError, match="no technician"):
        await desk.next.up(technician="Nobody Such")


async def test_project_work_takes_the_time_of_who_has_it(desk, clock):
    async def free():
        return {one.technician: one.load for one in await desk.assign.candidates("T1")}

    before = await free()
    source = {"connection": "psa", "connector": desk.settings.connections["psa"].connector, "environment": "live"}
    task = Task(external_id="k1", title="Cables", assignee_ref="t1", remaining_s=6 * 3_600)
    await desk.store.write(lambda tx: stored.put(tx, [task], now=clock.now(), **source))
    after = await free()
    assert (after["Ana Diaz"] < before["Ana Diaz"], after["Dana Wolf"]) == (True, before["Dana Wolf"])


async def test_who_may_not_know_who_is_out_reads_that_they_are_not_free(desk, tmp_path):
    out = "[leave.{0}]\ntechnician = '{0}'\nfirst_day = 2026-03-01\nlast_day = 2026-03-05"
    await applied(desk, tmp_path, "\n".join(out.format(name) for name in ("ana", "dana")))
    part = Scope("psa", companies=["c1"])
    anybody, named = [await desk.assign.preview(("T1",), to=to, scope=part) for to in (None, "Dana Wolf")]
    assert anybody.rows[0].why == "nobody can take it: Ana Diaz, Dana Wolf is not free"
    assert named.rows[0].why == "against it: is not free"
