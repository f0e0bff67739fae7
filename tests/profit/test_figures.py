"""Figures of money: made of the books, and told to nobody who may not see what work costs."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.domain import Company, Role, Technician, Ticket
from tests.profit.conftest import entry, example


@pytest.mark.slow
async def test_margin_and_cost_of_a_ticket_are_those_of_the_books_and_for_who_may_see_them(
    desk, folder, put, settings, clock
):
    async def told(someone, **more):
        found = {one.name: one for one in await someone.kpi.list(**({"period": "2026-10"} | more))}
        return found["service-margin"], found["cost-per-ticket"]

    assert [one.needs for one in await told(desk)] == ["[profit] in the definitions, with a currency"] * 2
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(*example())
    margin, cost = await told(desk)
    assert (round(margin.value, 2), margin.verdict, margin.goal) == (64.07, "met", ">= 40")
    assert (cost.value, cost.numerator) == (None, 98400)  # nobody resolved a ticket
    assert [round(one.value, 2) for one in await desk.kpi.show("K11", by="type", period="2026-10")] == [
        59.23, 71.77, 69.2
    ]  # fmt: skip
    assert {one.needs for one in await told(desk, period=None)} == {"whole months, such as 2026-10"}
    assert all("whole desk" in one.needs for one in await told(desk, scope=Scope("psa", companies="c1")))

    people = {"cora": {"roles": ["coordinator"]}, "flo": {"roles": ["finance"]}}
    async with ServiceDesk(settings | {"people": people}, clock=clock) as other:
        cora, flo = (other.acting_as(Actor(f"user:{name}", Way.SDK)) for name in people)
        assert (await told(flo))[0].value == margin.value
        for one in await told(cora):
            assert (one.needs, one.value, one.numerator, one.sample) == ('the right "money.read"', None, 0, 0)
        assert list(await cora.kpi.records("K11", period="2026-10")) == []
        assert (await cora.kpi.explain("K31", period="2026-10")).dimensions == ()
        [shown] = await cora.kpi.show("K31", period="2026-10", by="client")
        assert shown.value is None


async def test_the_cost_of_a_ticket_tells_clients_of_one_name_apart_and_leaves_tickets_of_projects_out(
    desk, folder, put
):
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(Role(external_id="r1", name="Engineer"), Technician(external_id="t1", name="Ann Ray"))
    await put(*(Company(external_id=ref, name="Acme") for ref in ("c1", "c2")))
    done = datetime(2026, 10, 15, tzinfo=UTC)
    for ref, company, kind, role in (
        ("1", "c1", "incident", "r1"),
        ("2", "c2", "incident", "nobody knows what it costs"),
        ("3", "c1", "project_task", "r1"),
        ("4", None, "incident", "nobody knows what it costs"),
    ):
        at = {"created_at": done, "resolved_at": done, "status_category": "resolved"}
        await put(Ticket(external_id=ref, company_ref=company, kind=kind, **at), entry(ref, ref, 1, role=role))
    groups = await desk.kpi.show("K31", by="client", period="2026-10")
    assert [(one.group, one.value, one.denominator) for one in groups] == [
        ("Acme (psa c1)", 42, 1),
        ("Acme (psa c2)", None, 0),
        ("none", None, 0),
    ]
