"""Prints one table: our figure, what it is compared with in the same run, the goal and the verdict."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from benchmarks import (
    analytics,
    assigning,
    billing_preview,
    billing_push,
    claims,
    clock_store,
    clocks,
    console,
    escalation,
    event_log,
    forecast,
    harder,
    kit,
    kpis,
    log_questions,
    memory,
    messages,
    morning,
    page,
    parts,
    profit,
    quota,
    recurring,
    replay,
    schedule,
    scopes,
    startup,
    syncs,
    triage,
    warranty,
    write_kills,
    writing,
)
from benchmarks.rows import Row, table


class Measure(Protocol):
    """Measures something."""

    def __call__(self, *, quick: bool) -> list[Row]:
        """Return one row or several."""


MEASURES: dict[str, Measure] = {
    "first-sync": syncs.against_floor,
    "harder-floor": harder.harder,
    "requests": syncs.requests,
    "two-in-flight": syncs.two_in_flight,
    "memory": memory.peak,
    "postgres": syncs.postgres,
    "startup": startup.startup,
    "commands": startup.commands,
    "http": kit.http,
    "ledger": kit.ledger,
    "open-usable": quota.minutes_until_usable,
    "overhead": quota.overhead,
    "sandbox": kit.sandbox,
    "claim-polling": claims.claim_polling,
    "warranty-lookup": warranty.warranty_lookup,
    "writing": writing.writing,
    "billing-push": billing_push.billing_push,
    "business-time": clocks.business_time,
    "clocks": clocks.clocks,
    "clocks-of-a-store": clock_store.clocks_of_a_store,
    "parts": parts.parts_find,
    "stock": parts.stock_synced,
    "schedule-week": schedule.schedule_week,
    "forecast": forecast.forecasting,
    "recurring": recurring.recurring,
}
SLOW: dict[str, Measure] = {
    "two-in-flight-of-many": syncs.two_in_flight_of_many,
    "desk-page": page.desk_page,
    "profit": profit.profit,
    "billing-preview": billing_preview.billing_preview,
    "assigning": assigning.assigning,
    "triage": triage.triage,
    "morning-page": morning.morning_page,
    "console": console.console,
    "replay": replay.replay,
    "scopes": scopes.scopes,
    "kpis": kpis.catalogue,
    "real-desk": analytics.real_desk,
    "escalation": escalation.escalation,
    "messages": messages.messages,
    "event-log": event_log.event_log,
    "log-questions": log_questions.log_questions,
    "write-kills": write_kills.write_kills,
}
"""Only with ``--full``, or by name."""


def main(arguments: list[str] | None = None, *, show: Callable[[str], None] = print) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*MEASURES, *SLOW], help="measure only this; repeatable")
    parser.add_argument("--quick", action="store_true", help="fewer repeats and smaller sizes: to see that all works")
    parser.add_argument("--full", action="store_true", help="what takes minutes to prepare, too")
    chosen = parser.parse_args(arguments)
    everything = MEASURES | SLOW
    names = chosen.only or (everything if chosen.full else MEASURES)
    rows: list[Row] = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += everything[name](quick=chosen.quick)
    python = ".".join(map(str, sys.version_info[:3]))
    show(f"{datetime.now(UTC):%Y-%m-%d}, Python {python}, {os.cpu_count()} processors; medians of interleaved runs\n")
    show(table(rows))
    missed = [row.measure for row in rows if row.met is False]
    show(f"\nNot met: {'; '.join(missed)}." if missed else "\nEvery goal is met.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
