"""Messages to clients, from tickets that were done to messages that wait for somebody to release them."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.rows import Row
from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain import Company, Contact, Entity, StatusCategory, Ticket
from servicedesk_core.features.messages.making.jobs import tell
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

_MESSAGES = 1_000
_GOAL_S = 5.0
_CONNECTOR = Path(__file__).parents[1] / "tests" / "outbox" / "acme.py"
_DEFINITIONS = """
[message_templates.done]
triggers = ["resolved"]
subject = "{{ ticket.title }} is done"
text = "Hello {{ contact.first_name }}, {{ ticket.number }} of {{ client.name }} is done."
html = "<p>Hello {{ contact.first_name }}, {{ ticket.number }} of {{ client.name }} is done.</p>"
[message_triggers.resolved]
"""


def messages(*, quick: bool) -> list[Row]:
    """A thousand messages rendered and queued."""
    count = 200 if quick else _MESSAGES
    with tempfile.TemporaryDirectory() as folder:
        took_s = asyncio.run(_took_s(Path(folder), count))
    goal_s = _GOAL_S * count / _MESSAGES
    said, measure = f"{took_s:.2f} s", f"{count:,} messages to clients rendered and queued"
    return [Row(measure=measure, ours=said, reference="", figure=said, goal=f"<= {goal_s:.0f} s", met=took_s <= goal_s)]


async def _took_s(folder: Path, count: int) -> float:
    (folder / "service").mkdir()
    (folder / "service" / "messages.toml").write_text(_DEFINITIONS)
    server = {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none", "sender": "desk@example.com"}
    psa = {"connector": f"{_CONNECTOR}:Acme", "url": "http://127.0.0.1:1/", "writes": ["messages.mail"]}
    settings = {
        "desk": {"store": f"sqlite:///{folder}/desk.db"},
        "connections": {"psa": psa},
        "alerts": {"channels": {"office": server | {"recipients": ["ops@example.com"]}}},
        "messages": {"mail": "office", "mailbox": "support@example.com"},
    }
    clock = FakeClock(datetime.now(UTC))
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:lead")) as desk:
        await desk.definitions.apply(reason="measured", folder=folder / "service")
        for category in (StatusCategory.IN_PROGRESS, StatusCategory.RESOLVED):
            await desk.store.write(partial(_fill, count=count, category=category, now=clock.now()))
            clock.advance(timedelta(minutes=1).total_seconds())
            await tell(desk, None)
        clock.advance(timedelta(minutes=15).total_seconds())
        began = perf_counter()
        said = await tell(desk, None)
        took_s = perf_counter() - began
    if not said.startswith(f"{count:,} messages made"):
        raise RuntimeError(said)
    return took_s


def _fill(tx: Tx, count: int, category: StatusCategory, now: datetime) -> None:
    source = sources.ensure(tx, "psa", f"{_CONNECTOR}:Acme", "live", now).id
    rows: list[Entity] = [Company(external_id=str(number), name=f"Client {number}") for number in range(50)]
    for number in range(count):
        client, ref = str(number % 50), str(number)
        mail = f"kim{number}@example.com"
        rows += [
            Contact(external_id=ref, first_name="Kim", last_name="Example", email=mail, company_ref=client),
            Ticket(
                external_id=ref, number=f"T{ref}", title="Printer", status=category.value, status_category=category,
                company_ref=client, contact_ref=ref, created_at=now, modified_at=now,
            ),
        ]  # fmt: skip
    for stream in ("companies", "contacts", "tickets"):
        incoming = [Incoming(row, None, None, "1") for row in rows if row.stream == stream]
        records.apply(tx, source, stream, incoming, mode="incremental", now=now)
