"""What monitoring is answered: health as JSON, metrics as Prometheus text."""

import platform
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

import orjson

from servicedesk_core import __version__
from servicedesk_core.desk.monitoring.health import Health
from servicedesk_core.desk.monitoring.load import DeskLoad
from servicedesk_core.jobs.status import ScheduledJob
from servicedesk_core.jobs.tally import JobTally
from servicedesk_core.printing import escaped

SCHEMA = "servicedesk.health/1"


def document(health: Health) -> bytes:
    """Return health as JSON: by connection and stream the age and the last error, as codes.

    Args:
        health: How the desk is doing.
    """
    connections: dict[str, dict[str, Any]] = {}
    for stream in health.streams:
        connections.setdefault(stream.connection, {})[stream.stream] = {
            "age_s": stream.age_s,
            "synced_at": stream.synced_at,
            "last_state": stream.last_state,
            "last_error": stream.last_error,
        }
    data = {
        "status": health.status,
        "as_of": health.as_of,
        "connections": connections,
        "jobs": {job.job: _job(job) for job in health.jobs},
        "alerts": [{"key": a.key, "kind": a.kind, "since": a.opened_at} for a in health.alerts],
        "channels": {c.name: {"waiting": c.waiting, "dropped": c.dropped} for c in health.channels},
        "quotas": [
            {"connections": q.connections, "ours": q.ours, "our_limit": q.our_limit, "others": q.others,
             "allowed": q.allowed}
            for q in health.quotas
        ],
    }  # fmt: skip
    options = orjson.OPT_UTC_Z | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return escaped(orjson.dumps({"schema": SCHEMA, "data": data}, option=options).decode()).encode()


def metrics(health: Health, tally: JobTally) -> bytes:
    """Return health as Prometheus text, in the names that its conventions ask for.

    Args:
        health: How the desk is doing.
        tally: What the jobs of this process did.
    """
    client = import_module("prometheus_client")  # an optional extra
    registry = client.CollectorRegistry()
    registry.register(_Collected(health, tally))
    client.ProcessCollector(registry=registry)
    text: bytes = client.generate_latest(registry)
    return text


class _Collected:
    """Hands one state of health to the Prometheus client."""

    def __init__(self, health: Health, tally: JobTally) -> None:
        self._health = health
        self._tally = tally

    def collect(self) -> Iterable[Any]:
        """Return the families of metrics."""
        core = import_module("prometheus_client.core")
        gauge, counter = core.GaugeMetricFamily, core.CounterMetricFamily
        kinds = (gauge, _gauges(self._health)), (counter, _counters(self._health, self._tally))
        for kind, families in kinds:
            for name, about, labels, samples in families:
                family = kind(f"servicedesk_{name}", about, labels=labels)
                for values, number in samples:
                    family.add_metric(values, number)
                yield family
        durations = core.SummaryMetricFamily(
            "servicedesk_job_duration_seconds", "How long the jobs of this process took.", labels=["job"]
        )
        for job, (count, seconds) in self._tally.seconds().items():
            durations.add_metric([job], count, seconds)
        yield durations


_Family = tuple[str, str, list[str], list[tuple[list[str], float]]]


def _gauges(health: Health) -> Iterator[_Family]:
    of_stream = ["connection", "stream"]
    build = [__version__, platform.python_version()]
    yield "build_info", "Always 1: what runs.", ["version", "python_version"], [(build, 1.0)]
    yield "healthy", "1 while no alert is open.", [], [([], float(health.status == "ok"))]
    read = [([s.connection, s.stream], s.synced_at.timestamp()) for s in health.streams if s.synced_at is not None]
    yield "stream_last_success_timestamp_seconds", "When a stream was last read completely.", of_stream, read
    failing = [([s.connection, s.stream], float(s.last_state == "failed")) for s in health.streams]
    yield "stream_failed", "1 when the newest run of a stream failed.", of_stream, failing
    began = [([j.job], j.last_at.timestamp()) for j in health.jobs if j.last_at is not None]
    yield "job_last_start_timestamp_seconds", "When a job last began.", ["job"], began
    done = [([job], at.timestamp()) for job, at in health.jobs_done.items()]
    yield "job_last_success_timestamp_seconds", "When a job last ended well.", ["job"], done
    failed = [([j.job], float(j.last_state == "failed")) for j in health.jobs if j.last_state is not None]
    yield "job_failed", "1 when the newest run of a job failed.", ["job"], failed
    running = [([j.job], float(j.running)) for j in health.jobs]
    yield "job_running", "1 while a job runs.", ["job"], running
    alerts = [([a.key, a.kind], 1.0) for a in health.alerts]
    yield "alert_open", "1 for each open alert.", ["key", "kind"], alerts
    waiting = [([c.name], float(c.waiting)) for c in health.channels]
    yield "alert_notices_waiting", "Notices that a channel did not take yet.", ["channel"], waiting
    yield from _held(health.load)
    for name, about in (
        ("ours", "Requests of this desk in the present window."),
        ("others", "Requests of other integrations in it, as the vendor last counted."),
        ("allowed", "Requests that the vendor allows in it."),
        ("our_limit", "Requests that this desk may use of them."),
    ):
        known = [([q.vendor, q.account], getattr(q, name)) for q in health.quotas]
        samples = [(labels, float(number)) for labels, number in known if number is not None]
        yield f"quota_{name}_requests", about, ["vendor", "account"], samples


def _held(load: DeskLoad) -> Iterator[_Family]:
    yield "open_tickets", "Tickets that still need somebody.", [], [([], float(load.open_tickets))]
    held = [([*place], float(number)) for place, number in load.quarantined.items()]
    yield "quarantined_records", "Records that could not be understood.", ["connection", "stream"], held
    writes = [([state], float(number)) for state, number in load.writes.items()]
    yield "writes", "Writes that wait for approval, for their turn, for an answer, or in doubt.", ["state"], writes
    yield "store_size_bytes", "Size of the store.", [], [([], float(load.store_bytes))]


def _counters(health: Health, tally: JobTally) -> Iterator[_Family]:
    ended = [([*which], float(number)) for which, number in tally.runs().items()]
    yield "job_runs", "Runs of jobs that ended in this process.", ["job", "outcome"], ended
    yield "changes", "Changes that the feed has told.", [], [([], float(health.load.changes))]
    yield "audit_records", "Records of the audit trail.", [], [([], float(health.load.audit_records))]


def _job(job: ScheduledJob) -> dict[str, Any]:
    return {
        "last_state": job.last_state,
        "last_error": job.error_code,
        "last_at": job.last_at,
        "next_at": job.next_at,
        "running": job.running,
    }
