"""What nobody has taken on stands before the output of every command, for who can do something about it."""

import asyncio

from servicedesk_core import ServiceDesk
from servicedesk_core.features.paging import open_page, tables


def rung(acme, times):
    """Let a page ring that often."""

    async def work():
        async with ServiceDesk.open(acme.folder / "servicedesk.toml") as desk:
            now = desk.clock.now()
            await desk.store.write(lambda tx: open_page(tx, "p1/1", "P1 T1 Mail is down", "Look.", now))
            await desk.store.write(lambda tx: tables.change(tx, 1, rung=times))

    asyncio.run(work())


def test_who_may_take_it_on_is_told_before_each_command_and_programs_are_not(acme, run):
    rung(acme, 9)
    assert run("tickets", "list").err.count("page 1") == 0, "rounds go on"
    rung(acme, 10)
    told = "Nobody has taken on page 1: P1 T1 Mail is down. Run: servicedesk paging acknowledge 1"
    assert told in run("tickets", "list").err
    assert told in run("jobs", "list").err
    for quiet in (("tickets", "list", "--json"), ("tickets", "list", "--csv"), ("--quiet", "tickets", "list")):
        done = run(*quiet)
        assert "Nobody has taken on" not in done.err + done.out
    run("paging", "acknowledge", "1")
    assert "Nobody has taken on" not in run("tickets", "list").err
