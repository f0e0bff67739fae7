"""What a plan tells of people that no single definition shows: who is unknown, what ended, when nobody would answer."""

from datetime import date

import pytest

from servicedesk_core.domain import Company, Technician
from servicedesk_core.errors import DefinitionsError

SAID = """\
[job_roles.engineer]
certifications = ["CCNA"]

[technicians.ana]
technician = "t1"
role = "engineer"
certifications = { CCNA = { valid_to = 2026-11-08 }, ITIL = { valid_to = 2025-01-01 } }

[technicians.ben]
technician = "Ben Ott"

[shifts.day]
technicians = ["ana", "ben"]
calendar = "office"

[shifts.late]
technicians = ["ben"]
calendar = "late"

[leave.ana]
technician = "ana"
first_day = 2026-11-14

[on_call.desk]
outside = "office"
primary = ["ana"]

[clients.Harbour]
tier = "gold"
"""


@pytest.fixture
async def people(put):
    await put(Technician(external_id="t1", name="Ana Iwu"), Technician(external_id="t2", name="Ben Ott"))


async def test_a_plan_tells_what_somebody_should_look_at_and_hinders_nobody(desk, people, put, folder, apply):
    (folder / "said.toml").write_text(SAID)
    told = (await desk.definitions.plan(folder=folder)).warnings
    assert set(told) == {
        "clients.Harbour: no connection has a client that is called so.",
        "technicians.ana: lacks what job role engineer takes: CCNA (ended on 2026-11-08).",
        "technicians.ana: ITIL ended on 2025-01-01.",
        "shifts.day: overlaps with late for ben on 2026-11-09 14:00; those hours count once.",
        "on_call.desk: ana is out from 2026-11-14 00:00 to 2026-11-15 00:00.",
    }
    await apply(SAID)
    await put(Company(external_id="176", name="Harbour"))
    assert len((await desk.definitions.plan(folder=folder)).warnings) == 4


WRONG = [
    ('"Ben Ott"', '"Ben Otto"', 'said.toml:10: technicians.ben.technician: no connection has a technician "Ben Ot'),
    ('technician = "t1"\n', "", 'said.toml:4: technicians.ana: no connection has a technician "ana".'),
    ('technicians = ["ben"]', 'technicians = ["bne"]', 'there is no technician "bne". Did you mean "ben"?'),
    ('primary = ["ana"]', 'primary = ["ana", "ben"]', "say when the first begins"),
    ('first_day = 2026-11-14', 'first_day = 2026-11-14\nlast_day = 2026-11-01', "last_day comes before first_day"),
    ('calendar = "late"', "", "has no hours: name a calendar, or give days their hours"),
    ('calendar = "late"', 'days = { 2026-11-09 = "8-12" }', "write it as 08:00-17:30"),
    ("[clients.Harbour]", "[clients.176]\n[clients.Harbour]", "means the same company as"),
    ('role = "engineer"', 'role = "enginer"', 'there is no job role "enginer"'),
]  # fmt: skip
"""What is written in place of what, and what is told."""


async def test_what_is_wrong_is_told_with_its_line_and_nothing_is_applied(desk, people, put, apply):
    await put(Company(external_id="176", name="Harbour"))
    for before, after, told in WRONG:
        assert before in SAID
        with pytest.raises(DefinitionsError) as refused:
            await apply(SAID.replace(before, after))
        assert told in str(refused.value)


async def test_without_the_vendors_technicians_nobody_is_unknown(desk, apply):
    await apply(SAID)
    assert [one.technician for one in await desk.rota.show(day=date(2026, 11, 9))] == ["ana", "ben", "ana", "ben"]
