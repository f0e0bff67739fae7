"""What is agreed with a client decides over policy and calendar of its tickets."""

import pytest

from servicedesk_core.domain import Company, Site
from tests.sla.office import created

TIERS = """\
[calendars.desk]
zone = "America/New_York"
hours = { mon-fri = "08:00-18:00" }

[calendars.west]
zone = "America/Los_Angeles"
hours = { mon-fri = "08:00-18:00" }
regions = ["West"]

[calendars.clinic]
zone = "America/New_York"
hours = { mon-sat = "07:00-19:00" }

[calendars.ward]
zone = "America/New_York"
hours = { mon-sun = "00:00-24:00" }

[sla]
calendar = "desk"

[[sla.policies]]
name = "gold"
when.customer_tier = ["gold"]
targets.P1 = { completion = "4 h", calendar = "ward" }
otherwise = { completion = "8 h" }

[[sla.policies]]
name = "south"
when.region = ["South"]
otherwise = { completion = "12 h" }

[[sla.policies]]
name = "everybody"
otherwise = { completion = "24 h" }
"""
CLIENTS = """
[clients.1]
tier = "gold"
calendar = "clinic"
sites = { Ward = { calendar = "ward" } }

[clients."Bolt & Co"]
region = "South"
"""


@pytest.mark.slow
async def test_tier_region_and_calendar_are_those_of_the_site_else_of_the_client_else_of_the_psa(told):
    await told.put(
        Site(external_id="9", name="Ward", company_ref="1"),
        Company(external_id="2", name="Bolt & Co", region="West"),
        Company(external_id="3", name="Dune", region="West"),
        Company(external_id="4", name="Elm"),
    )
    new = created("03-02 09:00", "P3")
    fields = {1: ("1", None), 2: ("1", "9"), 3: ("2", None), 4: ("3", None), 5: ("4", None)}
    for ref, (company, site) in fields.items():
        await told.ticket(ref, new, company_ref=company, site_ref=site, priority="P3")
    await told.ticket(6, created("03-02 09:00", "P1"), priority="P1")
    await told.promise(TIERS)
    await told.move("03-02 10:00")
    await told.desk.sla.evaluate()

    async def promised():
        found = [(await told.desk.sla.explain(f"T{ref}")).clocks[-1] for ref in range(1, 7)]
        return [(one.policy, one.calendar) for one in found]

    west = ("everybody", "west")
    assert await promised() == [("everybody", "desk")] * 2 + [west, west, ("everybody", "desk"), ("everybody", "desk")]
    (told.folder / "clients.toml").write_text(CLIENTS)
    await told.promise(TIERS)
    await told.desk.sla.evaluate()
    expected = [("gold", "clinic"), ("gold", "ward"), ("south", "desk"), west, ("everybody", "desk"), ("gold", "ward")]
    assert await promised() == expected
    kept = await told.kept()
    await told.desk.sla.evaluate(afresh=True)
    assert await told.kept() == kept
