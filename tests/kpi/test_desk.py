"""Figures of a desk: read from its store, judged by its goals, divided, followed week by week, and opened."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.cli.docs.figures import page
from servicedesk_core.domain import (
    ActorType,
    Contract,
    EventSource,
    EventType,
    Note,
    Queue,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Goal
from servicedesk_core.features import FEATURES, own
from servicedesk_core.features.attention import staff
from servicedesk_core.features.kpi import kept_up, open_desk
from servicedesk_core.features.kpi.catalogue.whole import KPIS
from servicedesk_core.features.kpi.now.past import went
from servicedesk_core.features.kpi.periods import period_of
from servicedesk_core.features.tickets import KPIS as TICKETS
from tests.kpi.conftest import NOW, _entry, _ticket, fill
from tests.kpi.given import NAMED, at

pytestmark = pytest.mark.slow

REGIONS = """
[clients.Quay]
region = "north"
[goals.north]
regions = ["north"]
goals = { resolved = ">= 3" }
"""


async def test_a_goal_of_a_region_judges_what_is_there_and_nothing_else(desk, tmp_path):
    (tmp_path / "service" / "regions.toml").write_text(REGIONS)
    await desk.definitions.apply(reason="regions", folder=tmp_path / "service")
    for by, found in (
        ("region", [("none", "ours", "missed"), ("north", "north", "missed")]),
        ("client", [("Mill & Sons", "ours", "missed"), ("Quay", "north", "missed"), ("Us", "ours", "missed")]),
    ):
        shown = await desk.kpi.show("resolved", by=by, period="2026-03")
        assert [(one.group, one.profile, one.verdict) for one in shown] == found, by
    explained = await desk.kpi.explain("resolved", period="2026-03")
    assert [(one.profile, one.decides, one.regions) for one in explained.goals] == [
        ("north", False, ("north",)), ("ours", True, ()),
    ]  # fmt: skip
    assert explained.figure.profile == "ours"


async def test_what_a_queue_is_for_is_what_was_decided_else_what_its_mapping_says(desk, tmp_path):
    new = _ticket("7", at(4, 10), status_category=StatusCategory.NEW, queue_ref="m", company_ref="2")
    await desk.store.write(lambda tx: fill(tx, (Queue(external_id="m", name="Monitoring", kind="helpdesk"), new)))

    async def to_triage():
        now = [one.record for one in await desk.kpi.records("K19")]
        return now, [one.value for one in await desk.kpi.history("K19", weeks=1)]

    assert await to_triage() == (["N4", "N7"], [2])
    (tmp_path / "service" / "queues.toml").write_text('[queue_kinds]\nalert = ["monitoring"]\n')
    await desk.definitions.apply(reason="machines write there", folder=tmp_path / "service")
    assert await to_triage() == (["N4"], [1])
    (tmp_path / "service" / "queues.toml").write_text('[queue_kinds]\nalert = ["q"]\nnoc = ["Q"]\n')
    with pytest.raises(DefinitionsError, match="q: named twice; a queue is for one thing"):
        await desk.definitions.plan(folder=tmp_path / "service")


async def test_an_improvement_is_told_against_the_last_baseline(desk, tmp_path):
    (improved,) = await desk.kpi.show("K33", period="2026-03")
    assert (improved.value, improved.verdict) == (None, "no_data")
    assert improved.needs == "response-standard in [baselines]"
    lines = "[baselines.2024]\nfigures = { K06 = '80 hours' }\n[baselines.2025]\nfigures = { K06 = '8 hours' }\n"
    (tmp_path / "service" / "baselines.toml").write_text(f"{lines}[goals.faster]\ngoals = {{ K33 = '>= 50 %' }}\n")
    await desk.definitions.apply(reason="as it was", folder=tmp_path / "service")
    (improved,) = await desk.kpi.show("K33", period="2026-03")
    (now,) = await desk.kpi.show("K06", period="2026-03")
    assert improved.value == round(100 * (8 - now.value) / 8, 2)
    assert improved.sample == now.sample > 1
    assert improved.goal == ">= 50"
    for wrong, told in (
        ("K06 = '8 %'", "in another unit"),
        ("K96 = '8'", "there is no figure"),
        ("K06 = '<= 8'", "value"),
    ):
        (tmp_path / "service" / "baselines.toml").write_text(f"[baselines.2025]\nfigures = {{ {wrong} }}")
        with pytest.raises(DefinitionsError, match=told):
            await desk.definitions.plan(folder=tmp_path / "service")


async def test_figures_of_a_month_against_the_goals_of_the_desk(desk):
    page = await desk.kpi.list(period="2026-03")
    found = {one.name: one for one in page}
    assert (page.start, page.end) == (at(3, 1, 0), at(4, 1, 0))
    assert {"overdue", "sla-late"} <= found.keys()  # those of other features too
    assert found.keys() >= {kpi.name for kpi in KPIS}
    assert [one.code for one in page][:2] == ["K01", "K02"]

    first = found["first-call-resolution"]
    assert (first.numerator, first.denominator, first.value, first.goal) == (1, 2, 50, ">= 50")
    assert (first.verdict, first.profile) == ("met", "ours")
    assert first.excluded == {"our own": 1, "merged": 1, "no time recorded": 1}  # the ticket that came back has none
    assert first.final_at is None
    assert (found["resolved"].value, found["resolved"].verdict) == (3, "met")
    assert (found["created"].value, found["created"].verdict) == (4, "no_goal")
    assert found["reopen-rate"].numerator == 1
    assert found["satisfaction"].verdict == "no_data"
    assert found["satisfaction"].needs
    assert found["backlog"].value == 2
    assert found["utilisation"].numerator == 60 * 60 + 30 * 60
    assert found["not-entered"].denominator == 2 * 22
    assert found["first-visit-resolution"].needs.startswith("appointments")

    by_client = {one.group: one.value for one in await desk.kpi.show("resolved", by="client", period="2026-03")}
    assert by_client == {"Mill & Sons": 1, "Quay": 2, "Us": 0}
    work = {one.group: one.value for one in await desk.kpi.show("hours", by="work", period="2026-03")}
    assert work == {"contract": 1, "internal": 1, "time and materials": 0.5, "unbilled": 0.5}
    when = {one.group: one.value for one in await desk.kpi.show("hours", by="when", period="2026-03")}
    assert when == {"after hours": 0.5, "in hours": 2.5}
    answered = await desk.kpi.show("response-standard", by="technician", period="2026-03")
    assert {one.group: one.value for one in answered} == {"Ana": 0, "Ben": 0}  # they began at once
    present = {one.group: one.value for one in await desk.kpi.show("new", by="client")}
    assert present == {"Quay": 1}
    assert [one.goal for one in await desk.kpi.show("created", last=None)] == ["<= 1"]
    assert [one.goal for one in await desk.kpi.show("K07", goals="journey")] == [">= 85"]
    for day, goal in (("2026-04-09", None), ("2026-04-10", "<= 1")):  # the goal holds from the midnight between them on
        assert [one.goal for one in await desk.kpi.show("created", period=day)] == [goal]

    records = await desk.kpi.records("resolved", period="2026-03")
    assert [(one.record, one.excluded) for one in records] == [
        ("N1", ""), ("N2", ""), ("N6", ""), ("N5", "merged"), ("N3", "our own"),
    ]  # fmt: skip
    assert len(await desk.kpi.records("resolved", period="2026-03", excluded=True)) == 2

    weeks = await desk.kpi.history("created", weeks=7)
    assert [(one.group, one.value) for one in weeks if one.value] == [("2026-W10", 2), ("2026-W11", 2)]
    told = await desk.kpi.explain("first-call", period="2026-03")
    assert (told.figure.value, told.feature, told.records) == (
        50, "kpi", "servicedesk kpi records first-call-resolution --period 2026-03",
    )  # fmt: skip
    assert [(one.profile, one.goal, one.decides) for one in told.goals] == [
        ("ours", ">= 50", True), ("journey", ">= 85", False),
    ]  # fmt: skip
    assert "client" in told.dimensions

    quay = Scope("psa", companies="2")
    seen = {one.name: one.value for one in await desk.kpi.list(period="2026-03", scope=quay)}
    assert (seen["resolved"], seen["hours"]) == (2, 1)
    assert (seen["utilisation"], seen["not-entered"], seen["tickets-per-day"]) == (None, None, None)
    assert (await desk.call(NAMED["created"])).value == 0  # in the last thirty days

    for call, kind, word in (
        (desk.kpi.show("nothing"), NotFoundLocallyError, 'no figure "nothing"'),
        (desk.kpi.show("re"), NotFoundLocallyError, "may be"),
        (desk.kpi.list(goals="jorney"), SettingsError, 'Did you mean "journey"'),
        (desk.kpi.list(feature="kpis"), SettingsError, "has figures"),
        (desk.kpi.list(period="March"), SettingsError, "is no period"),
        (desk.kpi.list(period="2027-01"), SettingsError, "has not begun"),
        (desk.kpi.show("resolved", by="moon", period="2026-03"), SettingsError, "cannot be divided by moon"),
        (desk.kpi.history("new"), SettingsError, "tells of the present"),
    ):
        with pytest.raises(kind, match=word):
            await call


async def test_a_figure_of_the_last_weeks_stands_beside_that_of_the_weeks_before(desk):
    (whole,) = await desk.kpi.change("created", weeks=4)
    assert (whole.group, whole.value, whole.before, whole.change, whole.records) == ("all", 0, 4, -100, 0)
    parts = await desk.kpi.change("created", by="client", weeks=4)
    assert [(one.group, one.value, one.before, one.change) for one in parts] == [
        ("Mill & Sons", 0, 1, -100), ("Quay", 0, 3, -100), ("Us", 0, 0, None),
    ]  # fmt: skip
    (ratio,) = await desk.kpi.change("first-call-resolution", weeks=4)
    assert (ratio.value, ratio.change) == (None, None)
    (new,) = await desk.kpi.change("created", weeks=8)
    assert (new.value, new.before, new.change) == (4, 0, None)
    with pytest.raises(SettingsError, match="tells of the present"):
        await desk.kpi.change("new")
    with pytest.raises(SettingsError, match="cannot be divided by moon"):
        await desk.kpi.change("created", by="moon")


async def test_of_a_quick_count_and_what_looks_closer_one_is_listed(desk):
    known = {one.name for one in await desk.kpi.list()}
    quick = {one.name: one for one in await desk.kpi.list(feature="tickets")}
    closer = {kpi.name: kpi.closer for kpi in TICKETS if kpi.closer}
    assert {*closer} <= quick.keys() - known
    assert {*closer.values()} <= known
    assert quick["new"].about.endswith('"kpi show to-triage" looks closer.')


async def test_a_goal_of_a_figure_that_does_not_exist_or_in_another_unit_is_refused_with_its_line(desk, tmp_path):
    folder = tmp_path / "service"
    wrong = 'K077 = ">= 50 %"\nutlisation = "> 1 %"\nK06 = "< 30 minutes"\noverdue = "<= 3"\n'
    (folder / "service.toml").write_text(f"[goals.ours.goals]\n{wrong}")
    with pytest.raises(DefinitionsError, match="have 3 problems") as refused:
        await desk.definitions.plan(folder=folder)
    assert [line.strip() for line in refused.value.message.splitlines()[1:]] == [
        'service.toml:2: goals.ours.goals.K077: there is no figure "K077". Did you mean "K07"?',
        'service.toml:3: goals.ours.goals.utlisation: there is no figure "utlisation". Did you mean "utilisation"?',
        'service.toml:4: goals.ours.goals.K06: "< 30 minutes" is in another unit; the figure is in hours.',
    ]
    with pytest.raises(DefinitionsError, match="K077"):
        await desk.definitions.apply(reason="x", folder=folder, remove=True)


async def test_clients_and_training_are_read_from_contracts_and_definitions(desk, tmp_path):
    days = {"start_on": at(1, 1).date(), "end_on": at(3, 20).date()}
    rows = [
        Contract(external_id="k1", name="Care", company_ref="1", **days),
        Contract(external_id="k2", name="Care", company_ref="2", start_on=at(1, 1).date()),
        Contract(external_id="k0", name="Our own", company_ref="0"),
    ]
    await desk.store.write(lambda tx: fill(tx, rows))
    [training] = await desk.kpi.show("K16", period="2026-03")
    assert training.needs.startswith("[technicians]")
    (tmp_path / "service" / "people.toml").write_text(
        """
        [job_roles.engineer]
        certifications = ["CCNA"]
        [technicians.ana]
        role = "engineer"
        certifications = { CCNA = { valid_to = 2026-03-31 } }
        [technicians.ben]
        role = "engineer"
        """
    )
    await desk.definitions.apply(reason="people", folder=tmp_path / "service")
    [stayed] = await desk.kpi.show("K28", period="2026-03")
    assert (stayed.numerator, stayed.denominator) == (1, 2)
    told = [await desk.kpi.show("K16", period=period) for period in ("2026-03", "2026-04")]
    assert [one.items[0].value for one in told] == [50, 0]  # the certification ended with March


async def test_two_technicians_of_one_name_are_two(desk):
    kim = [Technician(external_id=ref, name="Kim Lee") for ref in ("k1", "k2")]
    done = [_ticket(f"9{ref}", at(3, 2), at(3, 3), assignee_ref=ref) for ref in ("k1", "k2")]
    await desk.store.write(lambda tx: fill(tx, [*kim, *done]))
    found = {one.group: one.value for one in await desk.kpi.show("resolved", by="technician", period="2026-03")}
    assert found == {"Ana": 1, "Ben": 2, "Kim Lee (psa k1)": 1, "Kim Lee (psa k2)": 1, "none": 0}


async def test_who_is_off_is_known_by_the_day_of_the_desk(desk):
    rows = (
        _ticket("7", at(4, 1), status_category=StatusCategory.TRIAGED),
        _ticket("8", at(4, 1), status_category=StatusCategory.WAITING_VENDOR, assignee_ref="ana"),
        TimeOff(external_id="o", technician_ref="ana", day=at(4, 16).date(), state=TimeOffState.APPROVED),
    )
    await desk.store.write(lambda tx: fill(tx, rows))
    evening = at(4, 16, 2)  # in New York it is still the day before
    for zone, away in ((UTC, {"not judged now": 1}), (ZoneInfo("America/New_York"), {})):
        figures = await desk.store.read(
            lambda tx, zone=zone: kept_up(tx, open_desk(tx, evening.astimezone(zone), zone))
        )
        assert next(one.excluded for one in figures if one.code == "K26a") == away


async def test_the_course_of_tickets_tells_who_is_not_of_the_staff_no_internal_notes_and_no_fields_of_the_vendor(desk):
    own = Ticket(external_id="9", title="VPN", company_ref="2", created_at=at(3, 2), custom_fields={"Margin": "low"})
    told = [
        TicketEvent(
            external_id=f"e{kind}", ticket_ref="9", type=kind, source="history", effective_at=at(3, 2), after=now
        )
        for kind, now in (("tech_note_internal", {}), ("status_changed", {"custom_fields": {"Margin": "low"}}))
    ]
    await desk.store.write(lambda tx: fill(tx, [own, *told]))
    assert "low" in {one.name for one in await desk.flow.steps(of="Margin")}
    people = {"kim": {"roles": ["client-contact"], "companies": ["2"]}}
    settings = {"desk": desk.settings.desk, "connections": {"psa": {"connector": "tabular"}}, "people": people}
    async with ServiceDesk(settings, clock=desk.clock) as other:
        kim = other.acting_as(Actor("user:kim", Way.SDK))
        assert "tech_note_internal" not in {one.name for one in await kim.flow.steps()}
        for refused in (kim.flow.steps(of="Margin"), kim.flow.groups("Margin")):
            with pytest.raises(SettingsError, match='have no "Margin"'):
                await refused


@pytest.mark.parametrize("name", ["2026-00", "2026-13", "2026-W54", "0001", "9999", "2026-Q5"])
def test_what_is_no_period_is_refused(name):
    with pytest.raises(SettingsError, match="is no period"):
        period_of(name, ZoneInfo("Europe/Berlin"), at(4, 15))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2025", datetime(2025, 1, 1, tzinfo=UTC), at(1, 1, 0)),
        ("2026-03", at(3, 1, 0), at(4, 1, 0)),
        ("2026-W10", at(3, 2, 0), at(3, 9, 0)),
        ("2026-Q1", at(1, 1, 0), at(4, 1, 0)),
        ("2026-03-07", at(3, 7, 0), at(3, 8, 0)),
    ],
)
def test_a_period_by_its_name(name, start, end):
    found = period_of(name, ZoneInfo("UTC"), at(4, 15))
    assert (found.start, found.end) == (start, end)


def _note(ref, ticket, when):
    author = {"author_type": ActorType.TECHNICIAN, "author_ref": "ana"}
    return Note(external_id=ref, ticket_ref=ticket, created_at=when, **author)


async def test_a_coordinators_figures_are_followed_through_what_happened_to_tickets(desk):
    triaged = TicketEvent(
        external_id="20-t",
        ticket_ref="20",
        type=EventType.STATUS_CHANGED,
        source=EventSource.HISTORY,
        effective_at=at(4, 14, 11),
        before={"status_category": "new"},
        after={"status_category": "triaged"},
    )
    rows = (
        _ticket("20", at(4, 13), status_category=StatusCategory.TRIAGED, assignee_ref="ana"),
        _ticket("21", at(4, 13), at(4, 14)),  # it ended, and nobody knows how it stood before
        _ticket("22", at(4, 9), status_category=StatusCategory.WAITING_CUSTOMER, estimated_s=3600),
        triaged,
        _note("n1", "22", at(4, 10)),
        _note("n2", "22", at(4, 14, 10)),
        _entry("w", "22", "ben", at(4, 14), 90),
    )
    await desk.store.write(lambda tx: fill(tx, rows))
    past = await desk.store.read(lambda tx: went(tx, at(4, 8), NOW, UTC))
    current = await desk.store.read(lambda tx: open_desk(tx, NOW, UTC).tickets)
    for start in (at(4, 8), at(4, 14)):
        known, read = [
            await desk.store.read(lambda tx, start=start, one=one: went(tx, start, NOW, UTC, current=one))
            for one in (current, ())
        ]
        assert known == read, "what is known of open tickets changes nothing"
    assert past.unknown == 1
    assert [(step.at, step.value) for step in past.courses["to-triage"]] == [
        (at(4, 8), 1), (at(4, 13), 2), (at(4, 14, 11), 1),
    ]  # fmt: skip
    assert past.minutes_outside("to-triage", Goal.of("<= 1"), at(4, 8), NOW) == 8 * 60 + 2 * 60
    after = timedelta(microseconds=1)
    assert [(step.at, step.value) for step in past.courses["waiting-stale"]] == [
        (at(4, 8), 0), (at(4, 12) + after, 1), (at(4, 14, 10), 0),
    ]  # fmt: skip
    assert [step.value for step in past.courses["worked-by-estimate"]] == [None, 0, 1.5]
    assert past.minutes_outside("next-due-overdue", Goal.of("<= 3"), at(4, 8), NOW) is None

    present = await desk.store.read(lambda tx: kept_up(tx, open_desk(tx, NOW, UTC)))
    assert {one.name: one.value for one in present} == {one.name: past.value(one.name, NOW) for one in present}
    weeks = await desk.kpi.history("K19", weeks=2)
    assert [(one.group, one.value, one.minutes_outside, one.verdict) for one in weeks] == [
        ("2026-W15", 1, 0, "met"), ("2026-W16", 1, 0, "met"),
    ]  # fmt: skip
    assert [one.verdict for one in await desk.kpi.history("K20", weeks=1)] == ["no_data"]


async def test_who_is_off_twice_in_a_day_is_away_both_times(desk):
    day = {"technician_ref": "ana", "day": at(4, 16).date(), "state": TimeOffState.APPROVED}
    morning = TimeOff(external_id="o1", start_at=at(4, 16, 8), duration_s=7_200, **day)  # until 10
    evening = TimeOff(external_id="o2", start_at=at(4, 16, 17), end_at=at(4, 16, 19), **day)
    await desk.store.write(lambda tx: fill(tx, [evening, morning]))
    for hour, back in ((9, at(4, 16, 10)), (11, None), (18, at(4, 16, 19))):
        people = await desk.store.read(lambda tx, hour=hour: staff(tx, at(4, 16, hour), UTC))
        assert [one.back_at for one in people.away.values()] == ([] if back is None else [back])


async def test_who_has_leave_is_not_judged_whether_the_definitions_or_the_configuration_say_who_they_are(
    desk, tmp_path
):
    rows = (
        _ticket("7", at(4, 1), status_category=StatusCategory.TRIAGED),
        _ticket("8", at(4, 1), status_category=StatusCategory.WAITING_VENDOR, assignee_ref="ana"),
    )
    await desk.store.write(lambda tx: fill(tx, rows))
    settings = {
        "desk": {"timezone": "UTC"},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {
            "annie": {"roles": ["technician"], "technician": "ana"},
            "sam": {"roles": ["service-manager"]},
        },
    }
    said = '[technicians.annie]\n[leave.annie]\ntechnician = "annie"\nfirst_day = 2026-04-15\n'
    (tmp_path / "service" / "people.toml").write_text(said)
    async with ServiceDesk(settings, store=desk.store, clock=desk.clock) as other:
        sam = other.acting_as(Actor("user:sam", Way.CLI))
        await sam.definitions.apply(reason="leave", folder=tmp_path / "service")
        [figure] = await sam.kpi.show("K26a")
        assert figure.excluded == {"not judged now": 1}
        assert (await sam.call(NAMED["not-kept-up"])).excluded == {"not judged now": 1}
        [week] = await sam.kpi.history("K26a", weeks=1)
        assert week.value == 0


def test_every_figure_of_ours_has_a_worked_example_that_its_page_shows():
    kpis = [kpi for feature in map(own, FEATURES) if feature.kpis for kpi in feature.figures]
    assert [kpi.name for kpi in kpis if not kpi.example] == []
    text = page().replace("\\|", "|")
    assert [kpi.name for kpi in kpis if kpi.example not in text] == []
    assert "| leading |" in text
