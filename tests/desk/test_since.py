from datetime import UTC, date, datetime, timedelta

from servicedesk_core.desk import syncing
from servicedesk_core.testing import FakeClock, MemoryState

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def since(
    setting: date | timedelta | None, clock: FakeClock, state: MemoryState, zone: str = "Etc/UTC"
) -> object:
    return await syncing._since(setting, zone, clock.now(), state, remember=True)


async def test_a_number_of_days_counts_from_the_first_run() -> None:
    """A bound that moved with the calendar would be another scope, and so another backfill, every day."""
    clock, state = FakeClock(START), MemoryState()
    first = await since(timedelta(days=365), clock, state)
    clock.advance(3 * 86_400)
    assert await since(timedelta(days=365), clock, state) == first == datetime(2025, 3, 2, tzinfo=UTC)


async def test_another_number_of_days_is_another_bound() -> None:
    clock, state = FakeClock(START), MemoryState()
    await since(timedelta(days=365), clock, state)
    clock.advance(86_400)
    assert await since(timedelta(days=30), clock, state) == datetime(2026, 2, 1, tzinfo=UTC)


async def test_a_plan_remembers_nothing() -> None:
    clock, state = FakeClock(START), MemoryState()
    await syncing._since(timedelta(days=1), "Etc/UTC", clock.now(), state, remember=False)
    assert await state.get(syncing.SINCE) is None


async def test_a_date_and_nothing_mean_what_they_say() -> None:
    clock, state = FakeClock(START), MemoryState()
    assert await since(None, clock, state) is None
    assert await since(date(2024, 7, 1), clock, state, "Europe/Rome") == datetime(2024, 6, 30, 22, tzinfo=UTC)
