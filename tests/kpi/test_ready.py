"""What each can begin now, on a desk; and by what the figures of it can be divided."""

import pytest

from servicedesk_core.domain import Appointment, AppointmentState, Queue, StatusCategory, Technician
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.kpi import open_desk
from servicedesk_core.features.kpi.now.past import went
from tests.kpi.conftest import NOW, _entry, _ticket, fill
from tests.kpi.given import UTC, at

TRIAGED = {"status_category": StatusCategory.TRIAGED}
ROWS = (
    Queue(external_id="n", name="Night desk"),
    Technician(external_id="kim1", name="Kim Lee"),
    Technician(external_id="kim2", name="Kim Lee"),
    _ticket("20", at(4, 1), assignee_ref="ana", queue_ref="q", **TRIAGED),
    _ticket("21", at(4, 2), assignee_ref="ana", queue_ref="q", **TRIAGED),
    _ticket("22", at(4, 3), assignee_ref="ana", queue_ref="n", **TRIAGED),
    _ticket("23", at(4, 4), queue_ref="q", **TRIAGED),
    _ticket("24", at(4, 5), assignee_ref="kim1", company_ref="2", **TRIAGED),
    _ticket("25", at(4, 6), assignee_ref="kim2", company_ref="2", **TRIAGED),
    _entry("w", "20", "ben", at(4, 15, 11), 90),  # somebody else works on it now
    _entry("o", "21", "ana", at(4, 15, 11, 30), 60),  # whoever has it does
    Appointment(
        external_id="v", ticket_refs=("22",), technician_refs=("ben",), state=AppointmentState.BOOKED,
        start_at=at(4, 15, 11), end_at=at(4, 15, 13), is_onsite=True,
    ),
)  # fmt: skip
SAID = """
[technicians.ana]
technician = "ana"
team = "Second line"
[handlers]
outsourcer = ["night desk", "Ben"]
"""


@pytest.fixture
async def busy(desk, tmp_path):
    """The desk with tickets that can be begun, and some that others work on."""
    await desk.store.write(lambda tx: fill(tx, ROWS))
    (tmp_path / "service" / "team.toml").write_text(SAID)
    await desk.definitions.apply(reason="teams", folder=tmp_path / "service")
    return desk


async def test_what_another_works_on_now_is_in_nobodys_list(busy):
    found = [(one.of, one.ticket) for one in await busy.kpi.ready() if one.ticket > "N2" and one.of != "Ben"]
    assert found == [("Ana", "N21"), ("Kim Lee (psa kim1)", "N24"), ("Kim Lee (psa kim2)", "N25")]
    assert [one.ticket for one in await busy.kpi.ready(of="Ana")] == ["N21"]
    with pytest.raises(SettingsError, match='Did you mean "Ana"'):
        await busy.kpi.ready(of="Anna")


async def test_a_team_has_one_list_where_a_profile_says_so(busy, tmp_path):
    more = '[goals.pulled]\npull = true\ngoals = { K26a = "<= 0" }\n'
    (tmp_path / "service" / "pull.toml").write_text(more)
    await busy.definitions.apply(reason="pull", folder=tmp_path / "service")
    assert [(one.ticket, one.technician) for one in await busy.kpi.ready(of="Helpdesk")] == [
        ("N21", "Ana"), ("N23", None),
    ]  # fmt: skip
    past = await busy.store.read(lambda tx: went(tx, at(4, 14), NOW, UTC))
    current = await busy.store.read(lambda tx: open_desk(tx, NOW, UTC).tickets)
    assert past == await busy.store.read(lambda tx: went(tx, at(4, 14), NOW, UTC, current=current))
    for figure in ("not-kept-up", "left-lying"):
        [now] = await busy.kpi.show(figure)
        assert past.value(figure, NOW) == now.value


async def test_figures_are_divided_by_team_place_and_who_handles_it(busy):
    async def by(figure, dimension, **more):
        return {one.group: one.numerator for one in await busy.kpi.show(figure, by=dimension, **more)}

    created = {"figure": "created", "period": "2026-04"}
    assert await by(**created, dimension="team") == {"Second line": 3, "none": 3}
    assert await by(**created, dimension="place") == {"onsite": 1, "remote": 5}
    assert await by(**created, dimension="handled-by") == {"outsourcer": 1, "us": 5}
    assert await by("hours", "handled-by", period="2026-03") == {"outsourcer": 3600, "us": 7200}
    assert await by("hours", "place", period="2026-04") == {"remote": 150 * 60}
    assert await by("utilisation", "team", period="2026-03") == {"Second line": 3600, "none": 1800}
    assert (await by("K27", "technician"))["Kim Lee (psa kim1)"] == 1  # two of one name are two
    assert (await by("nobody-has-it", "type")) == {"incident": 1}
    for figure, wrong in (("utilisation", "client"), ("created", "moon"), ("K27", "issue")):
        with pytest.raises(SettingsError, match=f"cannot be divided by {wrong}"):
            await by(figure, wrong, period="2026-03")
