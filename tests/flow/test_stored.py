"""How tickets went, out of the store."""

import gc
from datetime import timedelta

import pytest

from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.domain import TicketEvent
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.flow import Course, measuring, queries
from servicedesk_core.features.flow.queries import Chosen
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, fill, ticket


def step(number, hours, word, **after):
    return TicketEvent(external_id=f"{number}-{hours}", ticket_ref=str(number), type="status_changed", source="history",
                       effective_at=NOW + timedelta(hours=hours), vendor_word=word, after=after)  # fmt: skip


def alive():
    return sum(isinstance(one, Course) for one in gc.get_objects())


@pytest.mark.slow
async def test_one_ticket_at_a_time_is_held_however_many_there_are(tmp_path, monkeypatch):
    held, before = [], alive()

    def noting(measure):
        def measured(course, *rest):
            held.append(alive() - before)
            return measure(course, *rest)

        return measured

    for name in ("passage", "dwell"):
        monkeypatch.setattr(queries, name, noting(getattr(measuring, name)))
    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=FakeClock(NOW)) as store:
        of_each = ((0, "Open", "new"), (1, "Take", "in_progress"), (3, "Fix", "resolved"))
        tickets = [ticket(number, None) for number in range(4)]
        steps = [
            step(number, hours, word, status_category=category, custom_fields={"Line": "2"})
            for number in range(4)
            for hours, word, category in of_each
        ]
        fill(store, [*tickets, *steps])
        async with StoredDesk({}, store=store, clock=FakeClock(NOW)) as desk:
            found = await desk.flow.show(Chosen(take=("take",)))
            assert (found.tickets, found.events, found.steps, found.unresolved) == (4, 12, 3, 0)
            assert (found.take.mean, found.resolve.mean) == (1, 3)
            [group] = await desk.flow.groups("client")
            assert (group.group, group.tickets) == ("c1", 4)
            assert [(one.name, one.events) for one in await desk.flow.steps(of="Line")] == [("2", 12)]
            assert set(held) == {1}
            for refused in (
                desk.flow.steps(of="Lime"),
                desk.flow.groups("clients"),
                desk.flow.show(Chosen(wait=("x",))),
            ):
                with pytest.raises(SettingsError, match=r"have no|has a step"):
                    await refused
