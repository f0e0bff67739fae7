"""What the rest of the store knows to stand in the chain: a cut tail or an emptied chain contradicts it."""

import json
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import BigInteger, Connection, RowMapping, func, or_, select, type_coerce

from servicedesk_core.store.audit.model import AuditProblem
from servicedesk_core.store.schema import claims, definition_versions, kpi_months, outbox_history, profit_months, runs
from servicedesk_core.wording import counted

_NAMED = 5
_RUN = "sync.finished"


class Witnesses:
    """Steps of writes, drafts of claims, versions of definitions, closed months, and runs, all put on record.

    Args:
        tx: Any transaction.
    """

    def __init__(self, tx: Connection) -> None:
        h, r = outbox_history.c, runs.c
        steps = select(h.write_id, h.after, func.count()).group_by(h.write_id, h.after).order_by(h.write_id)
        self._steps = Counter(
            {(f"write:{number}", f"write.{state}"): count for number, state, count in tx.execute(steps)}
        )
        self._steps.update(
            (f"claim:{number}", "claim.drafted") for number in tx.execute(select(claims.c.claim_id)).scalars()
        )
        applied = tx.execute(select(definition_versions.c.version)).scalars()
        self._steps.update((f"definitions:{number}", "definitions.applied") for number in applied)
        months = tx.execute(select(profit_months.c.month)).scalars()
        self._steps.update((f"profit:{month}", "profit.closed") for month in months)
        figures = tx.execute(select(kpi_months.c.month)).scalars()
        self._steps.update((f"kpi:{month}", "kpi.closed") for month in figures)
        told = or_(r.new + r.changed + r.gone + r.quarantined > 0, r.error_code.is_not(None))
        ended_us = type_coerce(r.finished_at, BigInteger)  # as the chain holds instants, which may hold anything
        finished = select(r.run_id, ended_us).where(r.finished_at.is_not(None), told).order_by(r.id)
        self._runs: dict[str, int] = dict(tx.execute(finished).all())
        self._recorded_since = 0

    def hear(self, record: RowMapping) -> None:
        """Take note of a record of the chain."""
        step = record["entity"], record["action"]
        if step in self._steps:
            self._steps[step] -= 1
        elif record["action"] == _RUN:
            self._recorded_since = self._recorded_since or record["at"]
            try:
                self._runs.pop(json.loads(record["after"])["run"], None)
            except (ValueError, TypeError, KeyError):  # told elsewhere as a record that cannot be read
                return

    def missing(self) -> Iterator[AuditProblem]:
        """Yield what has no record. Runs that ended before the first that has one were not put on record yet."""
        left = +self._steps
        if left:
            steps = [f"{entity.replace(':', ' ')} {action.partition('.')[2]}" for entity, action in left]
            what = (
                "step of a write, claim, definition or month has",
                "steps of writes, claims, definitions and months have",
            )
            many = counted(left.total(), *what)
            yield AuditProblem(0, f"{many} no record: {_some(steps)}. Records were taken out.")
        if runs_left := [run for run, ended_at in self._runs.items() if ended_at >= self._recorded_since]:
            many = counted(len(runs_left), "run that brought something has", "runs that brought something have")
            yield AuditProblem(0, f"{many} no record: {_some(runs_left)}. Records were taken out.")


def _some(names: list[str]) -> str:
    return ", ".join(names[-_NAMED:]) + (" …" if len(names) > _NAMED else "")
