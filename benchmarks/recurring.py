"""Recurring plans: a year ahead, and making what is due against proposing and approving as many bare writes."""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from benchmarks.rows import Row, at_most, row
from benchmarks.writing import HERE
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, Contract
from servicedesk_core.domain.writing import Intent
from servicedesk_core.features.recurring.ahead import visits
from servicedesk_core.features.recurring.tables import plans
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
UTC_ZONE, END = ZoneInfo("UTC"), date(2027, 3, 1)
PLANS, DUE = 5_000, 2_000
RULES = ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO")
CALENDAR = '[calendars.office]\nzone = "America/New_York"\nhours = { mon-fri = "08:00-18:00" }\n'


def recurring(*, quick: bool) -> list[Row]:
    """Preview a year of plans of four rhythms, and make the tickets of those that are due at once."""
    return asyncio.run(_measured(PLANS // 10 if quick else PLANS, DUE // 10 if quick else DUE))


async def _measured(many: int, due: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        ahead, rows = await _ahead(Path(folder), many)
        made, bare = await _made(Path(folder), due)
    return [
        row(
            f"12 months ahead of {many:,} plans ({rows:,} tickets), processor time", f"{ahead:.2f} s",
            f"{ahead / many * 1000:.2f} ms a plan", at_most(ahead, 5.0, "s"),
        ),
        row(
            f"{due:,} due occurrences proposed and approved, processor time", f"{made:.2f} s",
            f"as many bare writes {bare:.2f} s", at_most(made / bare, 1.3),
        ),
    ]  # fmt: skip


async def _ahead(folder: Path, many: int) -> tuple[float, int]:
    files = folder / "ahead"
    files.mkdir()
    texts = (_plan(number, RULES[number % len(RULES)]) for number in range(many))
    (files / "plans.toml").write_text(CALENDAR + "".join(texts))
    settings = {"desk": {"name": "Measured desk"}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, store=f"sqlite:///{folder / 'ahead.db'}", clock=FakeClock(NOW)) as desk:
        await desk.store.write(lambda tx: _fill(tx, "tabular"))
        await desk.definitions.apply(folder=files, reason="measured")
        await desk.recurring.preview(months=12, limit=1)
        began = process_time()
        await desk.recurring.preview(months=12, limit=1)
        taken = process_time() - began
        rows = await desk.store.read(lambda tx: sum(1 for _ in visits(plans(tx, UTC_ZONE, NOW), NOW.date(), END, NOW)))
    return taken, rows


async def _made(folder: Path, many: int) -> tuple[float, float]:
    files = folder / "due"
    files.mkdir()
    (files / "plans.toml").write_text(CALENDAR + "".join(_plan(number, "FREQ=DAILY") for number in range(many)))
    kinds = ["tickets.create"]
    connection = {"connector": f"{HERE / 'acme.py'}:Acme", "url": "http://127.0.0.1:9/", "writes": kinds}
    clock = FakeClock(NOW)
    store = f"sqlite:///{folder / 'due.db'}"
    async with ServiceDesk({"desk": {"store": store}, "connections": {"psa": connection}}, clock=clock) as desk:
        await desk.store.write(lambda tx: _fill(tx, desk.settings.connections["psa"].connector))
        await desk.definitions.apply(folder=files, reason="measured")
        clock.advance(timedelta(hours=12).total_seconds())
        bare = await _seconds(desk, [_bare(number) for number in range(many)])
        began = process_time()
        done = await desk.recurring.generate(send=False)
        numbers = [one.write for one in done if one.write is not None]
        await desk.writes.approve(numbers)
        made = process_time() - began
        if len(numbers) != many:
            message = f"only {len(numbers)} of {many} were made: {next(iter(done)).why}"
            raise RuntimeError(message)
    return made, bare


async def _seconds(desk: ServiceDesk, intents: list[Intent]) -> float:
    began = process_time()
    numbers = [(await desk.writes.propose(one)).id for one in intents]
    await desk.writes.approve(numbers)
    return process_time() - began


def _bare(number: int) -> Intent:
    values = {"title": f"Care {number}", "company_ref": "c1", "due_at": NOW.isoformat()}
    return Intent("psa", "tickets.create", f"tickets:new:{number}", "Care", values, request_id=f"bare-{number}")


def _plan(number: int, rule: str) -> str:
    said = 'client = "c1"\nagreement = "k1"\nzone = "America/New_York"\nmade_by = "desk"\ncalendar = "office"\n'
    more = 'business_days = "following"\n' if rule != "FREQ=DAILY" else ""
    return f'[recurring_plans.p{number}]\n{said}{more}title = "Care {number}"\nrule = "{rule}"\nstart = 2020-01-31\n'


def _fill(tx: Tx, connector: str) -> None:
    source = sources.ensure(tx, "psa", connector, "live", NOW).id
    for stream, some in (("companies", _companies()), ("contracts", _contracts())):
        rows = [Incoming(one, None, None, "1") for one in some]
        records.apply(tx, source, stream, rows, mode="backfill", now=NOW)


def _companies() -> Iterator[Company]:
    yield Company(external_id="c1", name="Bolt & Co")


def _contracts() -> Iterator[Contract]:
    yield Contract(external_id="k1", name="Care", company_ref="c1", is_active=True, end_on=date(2026, 12, 31))
