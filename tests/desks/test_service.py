"""The service page: what it says first, and of whom."""

from datetime import timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import Company, EventSource, EventType, StatusCategory, Technician, Ticket, TicketEvent
from servicedesk_core.faces import Piece, Verdict
from servicedesk_core.features.desks.rules import NEVER, verdict
from servicedesk_core.features.tickets import TicketChoice, TicketFilter
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.web.console.conftest import NOW, PEOPLE

HOUR = timedelta(hours=1)


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }

    def ticket(ref, **fields):
        return Ticket(
            external_id=ref, number=f"T{ref}", title="Printer", company_ref=ref, created_at=NOW - HOUR, **fields
        )

    again = TicketEvent(
        external_id="e",
        ticket_ref="2",
        type=EventType.STATUS_CHANGED,
        source=EventSource.HISTORY,
        effective_at=NOW - HOUR,
        before={"status_category": "resolved"},
        after={"status_category": "in_progress"},
    )
    records = (
        Company(external_id="1", name="Example One"),
        Company(external_id="2", name="Example Two"),
        Technician(external_id="7", name="Ben Keller"),
        ticket("1", status_category=StatusCategory.NEW, priority="P1"),
        ticket("2", status_category=StatusCategory.IN_PROGRESS, assignee_ref="7", estimated_s=7200),
        again,
    )
    async with ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:ana", Way.CLI)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, records, now=NOW))
        yield opened


def named(board, title):
    return next(one for one in board.blocks if one.title == title)


async def test_it_tells_what_came_since_the_last_working_day_and_who_has_what(desk):
    board = await desk.desks.service()
    counts = {one.label: one.count for one in named(board, "Since the last working day ended").counts}
    assert counts == {"new": 2, "emergencies": 1, "reopened": 1}
    assert [one.ticket for one in await desk.tickets.list(TicketFilter(reopened_since=NOW - 2 * HOUR))] == ["T2"]
    assert not (await desk.tickets.list(TicketFilter(reopened_since=NOW))).items
    (member,) = await desk.desks.team()
    assert (member.technician, member.open, member.ready, member.load_s) == ("Ben Keller", 1, 1, 7200)
    of_one = await desk.desks.service(TicketChoice(company=("Example One",)))
    assert {row.company for row in named(of_one, "Needs somebody").rows} == {"Example One"}


async def test_data_that_are_too_old_have_no_verdict(desk):
    board = await desk.desks.service()
    assert (board.blocks[0].pieces, board.blocks[0].is_good) == ((Piece(NEVER),), None)
    assert {one.verdict for one in named(board, "Goals").figures} == {Verdict.UNKNOWN}
    assert not any(one.is_bad for one in named(board, "Needs somebody, by reason").counts)


@pytest.mark.parametrize(("is_stale", "late", "first", "is_good"), [
    (False, 0, "0 late", True), (False, 1, "1 is late", False), (True, 2, "Unknown: tickets were last read", None),
])  # fmt: skip
def test_the_first_sentence_judges_only_what_is_fresh(is_stale, late, first, is_good):
    told = verdict([(late, "is late", "late", None)], NOW - HOUR, NOW, is_stale=is_stale)
    text = "".join(piece.text for piece in told.pieces)
    assert text.startswith(first)
    assert ("ago" in text, told.is_good) == (True, is_good)


async def test_who_sees_one_client_finds_no_team_and_no_other_client(desk):
    theirs = await desk.acting_as(Actor("user:eve", Way.CONSOLE)).desks.service()
    assert "Example Two" not in repr(theirs)
    assert not {"Team", "Approvals and doubts"} & {one.title for one in theirs.blocks}
    assert named(theirs, "Needs somebody").rows
    scoped = await desk.desks.next(scope=Scope("psa", companies="1"))
    assert "Example Two" not in repr(scoped)
