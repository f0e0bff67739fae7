"""A desk that tests write to, over real HTTP against the sandbox."""

from datetime import UTC, datetime

import pytest

from servicedesk_autotask.writing.kinds import KINDS
from servicedesk_core.hooks import Write

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ALL = tuple(KINDS)
TICKET = {"title": "Printer offline", "company_ref": "0", "priority": "P2", "queue_ref": "29682833"}


def write(kind, /, *, id="w-1", target=None, parent=None, base=None, **values):  # noqa: A002
    return Write(id, kind, target=target, parent=parent, values=values, base=base or {}, attempted_at=NOW)


def row(desk, entity, ref):
    """Return a record as the vendor has it."""
    return desk.sandbox.store.get(entity, int(ref))


def sent(desk):
    """Return the bodies of all writes that arrived, oldest first."""
    return [one["body"] for one in desk.sandbox.state()["writes"]]


def technician(desk):
    """Return resource and role of a technician who has one role."""
    pairs = desk.sandbox.store.select("ResourceServiceDeskRoles")
    resources = [pair["resourceID"] for pair in pairs]
    return next(
        (str(one["resourceID"]), str(one["roleID"])) for one in pairs if resources.count(one["resourceID"]) == 1
    )


@pytest.fixture(scope="session")
def _writable(desk_with):
    with desk_with(tickets=60) as running:
        yield running


@pytest.fixture
def desk(_writable):
    """A desk that the tests of this folder write to; faults, lists and counters are of the test's own."""
    _writable.sandbox.reset(reseed=False)
    return _writable


@pytest.fixture
async def psa(desk):
    async with desk.connector(grants=ALL) as connector:
        yield connector


@pytest.fixture
async def ticket(psa, request):
    """A new ticket of the test's own."""
    return (await psa.send_write(write("tickets.create", id=f"for-{hash(request.node.name)}", **TICKET))).ref
