"""What figures tell of single people: their own to them, everybody's to their manager, the team's to all others."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.cli.main import main
from servicedesk_core.domain import Technician
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.faces import Period
from servicedesk_core.features.sla.model import By, ClockFilter, TicketChoice
from tests.kpi.conftest import _entry, _state, _ticket, fill
from tests.kpi.given import NAMED, at

pytestmark = pytest.mark.slow

PEOPLE = {
    "sam": {"roles": ["service-manager"]},
    "col": {"roles": ["coordinator"]},
    "annie": {"roles": ["technician"], "technician": "ana"},
    "fin": {"roles": ["finance"]},
}
MARCH = {"period": "2026-03"}


@pytest.fixture
async def people(desk):
    """Return a function that opens the desk as somebody."""
    await desk.store.write(lambda tx: fill(tx, [_ticket("30", at(4, 1), company_ref="2", assignee_ref="ana")]))
    settings = {"desk": {"timezone": "UTC"}, "connections": {"psa": {"connector": "tabular"}}, "people": PEOPLE}
    async with ServiceDesk(settings, store=desk.store, clock=desk.clock) as opened:
        yield lambda name: opened.acting_as(Actor(f"user:{name}", Way.SDK))


async def _groups(desk, figure, **more):
    page = await desk.kpi.show(figure, by="technician", **more)
    return {one.group: one.numerator for one in page}, page.unseen


async def test_how_single_people_worked_is_no_side_door(people):
    for who, told in (("annie", False), ("fin", False), ("sam", True)):
        desk = people(who)
        for asked in (desk.flow.groups("technician"), desk.flow.groups("resolver"), desk.flow.steps(of="person")):
            if told:
                await asked
            else:
                with pytest.raises(NotPermittedError, match=r"scorecards\.read"):
                    await asked
        assert await desk.flow.groups("client") is not None


async def test_what_changed_is_told_of_people_as_the_figure_is(people):
    own = await people("annie").kpi.change("hours", by="technician", weeks=4)
    everybody = await people("sam").kpi.change("hours", by="technician", weeks=4)
    assert {one.group for one in own} < {one.group for one in everybody} | {"all"}
    assert own.unseen
    assert not everybody.unseen


@pytest.mark.parametrize("figure", ["utilisation", "not-entered", "tickets-per-day", "hours", "resolved"])
async def test_what_single_people_did_is_told_to_them_and_to_their_manager(people, figure):
    everybody, unseen = await _groups(people("sam"), figure, **MARCH)
    assert (everybody.keys() >= {"Ana", "Ben"}, unseen) == (True, "")
    whole = sum(everybody.values())
    for name, own in (("annie", {"Ana": everybody["Ana"]}), ("col", {}), ("fin", {})):
        seen, unseen = await _groups(people(name), figure, **MARCH)
        assert seen == {None: whole, **own}
        assert '"scorecards.read"' in unseen
        told = await people(name).call(NAMED[figure], Period(at(3, 1, 0), at(4, 1, 0), at(4, 15)))
        assert {one.of.get("technician") for one in told.cases} <= {None, *own}
        assert told.by("technician").keys() == own.keys()
        assert sum(one.numerator for one in told.by("day").values()) in {0, whole}  # other divisions stay whole
    scoped = {one.group for one in await people("sam").kpi.show(
        "resolved", by="technician", scope=Scope("psa", companies="2"), **MARCH)}  # fmt: skip
    assert scoped == {None}


async def test_records_of_people_are_left_out_and_those_of_tickets_keep_no_name(people):
    for figure, records in (("utilisation", 44), ("not-entered", 44), ("hours", 4), ("resolved", 5)):
        everybody = await people("sam").kpi.records(figure, **MARCH)
        assert (len(everybody), everybody.unseen) == (records, "")
        page = await people("annie").kpi.records(figure, **MARCH)
        assert {one.technician for one in page} <= {"Ana", None}
        assert not any("Ben" in one.record for one in page)
        assert page.unseen
        of_people = NAMED[figure].of_people
        assert len(page) == (sum(one.technician == "Ana" for one in everybody) if of_people else len(everybody))


async def test_what_people_have_open_now_is_told_to_who_hands_out_work(people):
    for name, seen in (("col", {"Ana": 1, "Ben": 1}), ("annie", {None: 2, "Ana": 1}), ("fin", {None: 2})):
        assert (await _groups(people(name), "K27"))[0] == seen
    assert [one.record for one in await people("annie").kpi.records("K27")] == ["Ana"]
    assert len(await people("fin").kpi.records("K27")) == 0


async def test_promises_and_answers_by_technician_tell_no_more(desk, people):
    await desk.store.write(lambda tx: fill(tx, [_state("1", at(3, 2, 11), "resolved")]))
    await desk.sla.evaluate()
    span = {"since": at(3, 1, 0), "until": at(4, 1, 0)}
    for name, own in (("sam", {"Ana", "Ben"}), ("annie", {"Ana"}), ("col", set()), ("fin", set())):
        sla = people(name).sla
        answered = await sla.response(by="technician", **span)
        attained = await sla.attainment(by="technician", **span)
        assert {one.group for one in answered} - {None} == own
        assert {one.group for one in attained} - {None} == own
        by_priority = (await people("sam").sla.response(**span)).whole
        assert replace(answered.whole, records=None) == replace(by_priority, records=None)
        of_ben = TicketChoice(assignee=("Ben",)), ClockFilter(assignee=("Ben",))
        answered_by = [await sla.response(of_ben[0], by=by, **span) for by in ("technician", "client")]
        kept = [await sla.attainment(of_ben[1], by=by, **span) for by in (By.CLOCK, By.TECHNICIAN)]
        borne = await sla.tolerance(of_ben[1], last=timedelta(days=90))
        assert {bool(len(page)) for page in (*answered_by, *kept)} == {bool(borne.excluded)} == {name == "sam"}
        assert {bool(page.unseen) for page in (answered, attained, *answered_by, *kept, borne)} == {name != "sam"}


async def test_a_closed_month_tells_no_more_of_people(people):
    await people("sam").kpi.close("2026-03", reason="reviewed")
    everybody, _ = await _groups(people("sam"), "utilisation", **MARCH)
    assert (await _groups(people("fin"), "utilisation", **MARCH))[0] == {None: sum(everybody.values())}
    assert (await _groups(people("annie"), "utilisation", **MARCH))[0]["Ana"] == everybody["Ana"]
    late = _entry("z", "2", "ben", at(3, 5, 9), 30)
    page = await people("fin").kpi.show("hours", by="technician", **MARCH)
    assert page.adjustments == ()
    await people("sam").store.write(lambda tx: fill(tx, [late]))
    page = await people("fin").kpi.show("hours", by="technician", **MARCH)
    assert "Ben" not in {one.group for one in page.adjustments}


async def test_a_team_of_one_other_person_tells_no_more_of_them(people, desk):
    team = (
        Technician(external_id="ben", name="Ben", team="Night"),
        Technician(external_id="ana", name="Ana", team="Day"),
    )
    await desk.store.write(lambda tx: fill(tx, team))
    for close in (False, True):
        if close:
            await people("sam").kpi.close("2026-03", reason="reviewed")
        for name, groups in (("sam", {"Day", "Night"}), ("annie", {None}), ("fin", {None})):
            page = await people(name).kpi.show("utilisation", by="team", **MARCH)
            assert ({one.group for one in page}, bool(page.unseen)) == (groups, name != "sam")
        assert {one.group for one in await people("fin").kpi.show("resolved", by="team", **MARCH)} >= {"Day", "Night"}
    more = [_entry(f"m{n}", None, who, at(3, 5, 9), 30) for n, who in enumerate(("cy", "dee", "eve"))]
    crew = [
        Technician(external_id=ref, name=ref, team="Night" if ref == "cy" else "Day") for ref in ("cy", "dee", "eve")
    ]
    await people("sam").kpi.reopen("2026-03", reason="more")
    await desk.store.write(lambda tx: fill(tx, [*crew, *more]))
    page = await people("annie").kpi.show("utilisation", by="team", **MARCH)
    assert ({one.group for one in page}, page.unseen) == ({"Day", "Night"}, "")


def test_a_command_tells_nobody_what_a_colleague_did(tmp_path, monkeypatch, capsys):
    yesterday = datetime.combine(datetime.now(UTC).date() - timedelta(days=1), time(9), UTC)
    lines = ["[desk]", f'store = "sqlite:///{tmp_path / "desk.db"}"', 'timezone = "UTC"']
    lines += ["[connections.psa]", 'connector = "tabular"']
    for name, person in PEOPLE.items():
        lines += [f"[people.{name}]", *(f"{key} = {value!r}" for key, value in person.items())]
    (tmp_path / "servicedesk.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)

    def run(account, *line):
        monkeypatch.setattr("getpass.getuser", lambda: account)
        assert main(["kpi", *line]) == 0
        return capsys.readouterr().out

    async def filled():
        rows = [Technician(external_id="ana", name="Ana"), Technician(external_id="ben", name="Ben")]
        rows += [_entry(who, None, who, yesterday, 60) for who in ("ana", "ben")]
        async with ServiceDesk.open("servicedesk.toml", actor=Actor("user:sam", Way.CLI)) as desk:
            await desk.store.write(lambda tx: fill(tx, rows))

    asyncio.run(filled())
    assert "Ben" in run("sam", "show", "hours", "--by", "technician")
    for line in (("show", "hours", "--by", "technician"), ("records", "hours")):
        shown = run("annie", *line)
        assert ("Ana" in shown, "Ben" in shown) == (True, False)
        assert 'the right "scorecards.read"' in " ".join(shown.split())
        assert "Ben" not in run("annie", *line, "--csv")
    told = json.loads(run("fin", "show", "hours", "--by", "technician", "--json"))["data"]
    assert [one["group"] for one in told["items"]] == [None]
    assert told["unseen"]
