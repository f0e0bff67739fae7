"""A forked child that inherits an open desk is told, and does not break its parent."""

import os
import sys

import pytest

from servicedesk_core import BlockingServiceDesk, TicketFilter

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def in_child(work):
    """Run something in a forked child; return what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001  # the child must not go on with the tests
            said = f"{type(error).__name__}: {error}"
        os.write(writing, str(said).encode())
        sys.stdout.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request, tmp_path):
    return (
        f"sqlite:///{tmp_path / 'desk.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("new_postgres_url")()
    )


def test_an_inherited_desk_is_refused_and_the_parent_goes_on(settings, store):
    with BlockingServiceDesk(settings(), store=store) as desk:
        desk.sync("log")
        count = desk.tickets.count(TicketFilter())

        def use():
            try:
                return desk.tickets.count(TicketFilter())
            finally:
                desk.close()

        said = in_child(use)
        assert said.startswith("StoreError: The desk was opened before this process was forked")
        assert "after the fork" in said
        assert desk.tickets.count(TicketFilter()) == count == 2


def test_a_child_may_open_a_desk_of_its_own(settings, store):
    with BlockingServiceDesk(settings(), store=store) as desk:
        desk.sync("log")

        def use():
            with BlockingServiceDesk(settings(), store=store) as own:
                return own.tickets.count(TicketFilter())

        assert in_child(use) == "2"
        assert desk.tickets.count(TicketFilter()) == 2
