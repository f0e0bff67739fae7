"""The promise that nothing is ever changed at the vendor, seen from the vendor's side, over every command there is."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import typer.main

from servicedesk_autotask.sandbox.desk import COMPLETE
from servicedesk_core.cli.app import build
from servicedesk_core.cli.main import main

READING = re.compile(
    r"GET (zone|versions?|threshold)|(GET|POST) \w+/(query|count)|GET \w+/(item|information|fields|udfs)"
)
"""What the sandbox calls its reading routes; everything else that it knows can change something."""

COMMANDS = [
    "connections list",
    "connections test",
    "sync --plan",
    "sync --dry-run --only companies,tickets",
    "sync",
    "sync psa",
    "sync --full --only companies",
    "sync --reconcile",
    "sync --history --since 365d --plan",
    "sync --history --since 365d",
    "status",
    "alerts list",
    "alerts channels",
    "alerts rules",
    "tickets list",
    "tickets show {ticket}",
    "tickets words clients",
    "attachments list {ticket}",
    "appointments list",
    "appointments slots --ticket {ticket}",
    "schedule hours --week",
    "schedule load",
    "schedule show",
    "travel order 29682885",
    "calendars list",
    "plan gaps --days 7",
    "plan dues --days 7",
    "plan out --days 7",
    "plan tomorrow",
    "plan week",
    "explain {ticket}",
    "attention list",
    "tickets promise {open_ticket} {tomorrow}",
    "contact promises",
    "contact unheard",
    "contact kpis",
    "forecast tickets --queue none",
    "forecast hours",
    "forecast backtest --hourly",
    "forecast staffing",
    "forecast gaps --all",
    "worktime callouts --first-day 2026-10-01",
    "worktime payroll",
    "worktime patterns",
    "helpers calls",
    "helpers list {ticket}",
    "checklist list {ticket}",
    "shiftlog add Quiet.",
    "shiftlog list",
    "incidents list",
    "messages plan",
    "recurring plans",
    "recurring preview",
    "recurring occurrences",
    "recurring report",
    "recurring adopt",
    "recurring kpis",
    "messages queue",
    "tickets snooze {open_ticket} {tomorrow}",
    "triage list",
    "triage open",
    "triage beside {ticket}",
    "assign candidates {open_ticket}",
    "assign stats",
    "assign gaps",
    "next --technician 29682885",
    "cover show 29682885",
    "desks service",
    "desks data",
    "desks escalation",
    "desks recurring",
    "desks tickets",
    "desks lists",
    "desks list ready",
    "desks find printer",
    "desks me",
    "desks sla",
    "flow show",
    "kpi list",
    "sla status",
    "sla explain {ticket}",
    "sla missed",
    "sla decisions",
    "sla reasons",
    "sla response",
    "sla audit",
    "profit months",
    "quality reviews",
    "quality coverage",
    "scorecards issue",
    "scorecards show",
    "report desk",
    "report desk --html desk.html",
    "report daily --csv",
    "report weekly --html weekly.html",
    "report close",
    "report monthly",
    "report executive",
    "report quarter-audit",
    "report stage-lag",
    "report equipment",
    "report renewals",
    "reports sent",
    "export tickets",
    "quarantine list",
    "quarantine retry",
    "remap",
    "plugins list",
    "doctor",
    "store size",
    "store verify",
    "store backup copy.db",
    "audit list",
    "audit verify",
    "people list",
    "people review",
    "people invite ana --role admin",
    "people show ana",
    "people change ana --role auditor",
    "people reset ana --yes",
    "people remove ana --yes",
    "signins list",
    "signins end-all",
    "tokens new reports",
    "tokens list",
    "tokens revoke 1",
    "views save mine tickets.list",
    "views list",
    "views pinned",
    "views remove mine",
    "walls new parts.report",
    "walls list",
    "walls revoke 1",
    "clients list",
    "clients contacts",
    "rota show --week",
    "oncall who",
    "oncall gaps",
    "escalate list",
    "escalate next",
    "escalate handoffs",
    "paging list",
    "paging messages",
    "standing list",
    "standing acts",
    "standing suggestions",
    "standing suggestions --last 30d",
    "standing grant tickets.close-resolved --yes",
    "standing show tickets-close-resolved",
    "standing revoke tickets-close-resolved --yes",
    "skills list",
    "billing stages",
    "billing locks",
    "billing preview --period 2026-03 --all",
    "billing exceptions --period 2026-03 --all",
    "billing compare --period 2026-03",
    "billing map",
    "billing export --period 2026-03 --to billing-2026-03",
    "billing status",
    "billing reconcile",
    "billing trusts",
    "billing review",
    "billing report",
    "billing kpis",
    "leakage list",
    "leakage kpis",
    "agreements renewals --all",
    "agreements signals",
    "agreements vendors --all",
    "company health {client} --period 2026-01",
    "knowledge kpis",
    "knowledge list",
    "knowledge list --unused",
    "knowledge match {ticket}",
    "knowledge read",
    "knowledge show x",
    "jobs run knowledge",
    "jobs run leakage",
    "parts find dock",
    "parts stock",
    "parts taken",
    "parts orders",
    "parts uncharged",
    "parts costs",
    "parts report",
    "parts kpis",
    "definitions history",
    "jobs list",
    "jobs run sync:psa",
    "webhooks list",
    "webhooks subscriptions",
    "webhooks address",
    "webhooks check",
    "warranty lookup --all",
    "warranty expiring",
    "warranty devices",
    "warranty renewals",
    "warranty answers",
    "warranty failures",
    "warranty kpis",
    "claims money",
    "kpi compare",
    "scorecards weeks",
    "desks warranty",
    "desks parts",
    "desks billing",
    "desks reports",
    "warranty missed",
    "warranty report",
    "claims propose",
    "claims list",
    "claims poll",
    "writes list",
    "writes run",
]
ACTS = [
    "tickets note {ticket} Hello --yes",
    "tickets note {ticket} Hello --public --yes",
    "attachments add {ticket} servicedesk.toml --yes",
    "tickets update {ticket} --title Other --yes",
    "tickets close {ticket} --yes",
    "tickets log-time {ticket} 0.5 --technician 1 --summary Work --yes",
    "writes approve 1 --yes",
    "webhooks register --yes",
    "agreements offer 1",
    "knowledge link {ticket} x",
    "knowledge unlink {ticket} x",
    "webhooks renew --yes",
    "webhooks remove --yes",
]
"""What would change the vendor's data; without a grant nothing of it is sent."""
ELSEWHERE = {
    "analytics",
    "docs",
    "privacy",
    "serve",
    "api",
    "console",
    "service",
    "demo",
    "init",
    "sandbox",
    "new",
    "mapping",
    "store",
    "quarantine",
}
"""Commands that are about files or other machines, or have a line of their own in another test."""


@pytest.fixture
def cli(world_with, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    with world_with(now=None, tickets=40) as world:
        world.configure(history_requests=5)

        def run(line):
            code = main(line.split())
            return code, *capfd.readouterr()

        yield world, run


def test_every_command_is_covered():
    program = typer.main.get_command(build())
    covered = {line.split()[0] for line in COMMANDS} | ELSEWHERE
    assert set(program.commands) <= covered


@pytest.mark.slow
def test_no_command_sends_anything_but_reading_requests(cli):
    world, run = cli
    tickets = world.sandbox.store.select("Tickets")
    words = {
        "ticket": tickets[0]["ticketNumber"],
        "client": tickets[0]["companyID"],
        "open_ticket": next(one["ticketNumber"] for one in tickets if one["status"] != COMPLETE),
        "tomorrow": (datetime.now(UTC) + timedelta(days=1)).date().isoformat(),
    }
    before = {entity: world.truth(entity) for entity in ("companies", "tickets", "notes", "time_entries")}
    init = (
        "init --yes --force --connector autotask --environment sandbox --set username=api.user@example.com "
        f"--set secret=env:AT_SECRET --set integration_code=env:AT_CODE --set zone_url={world.url}"
    )
    codes = {line: run(line.format(**words))[0] for line in [*COMMANDS, init]}
    assert codes.pop("warranty lookup --all") == 2, "no manufacturer is connected, so nobody could be asked"
    assert codes.pop("parts find dock") == 2, "no source of parts either"
    assert {codes.pop(f"walls {act}") for act in ("new parts.report", "revoke 1")} == {1, 2}, "no people, so no walls"
    assert {codes.pop(f"webhooks {name}") for name in ("address", "check")} == {2}, "nothing listens for vendors"
    assert codes.pop("company health {client} --period 2026-01") == 2, "nobody decided how margins are counted"
    assert codes.pop("knowledge show x") == 1, "no connection has articles"
    assert codes.pop("desks me") == 1, "nobody said which technician they are"
    assert {line for line, code in codes.items() if code} == set()
    acted = {line: run(line.format(**words))[0] for line in ACTS}
    assert 0 not in acted.values(), acted
    sent = world.sandbox.state()["requests"]
    assert sum(sent.values()) > 50
    assert [name for name in sent if not READING.fullmatch(name)] == []
    assert world.sandbox.state()["writes"] == []
    assert before == {entity: world.truth(entity) for entity in before}


@pytest.mark.slow
def test_a_full_sync_with_debug_shows_neither_secrets_nor_records(cli):
    world, run = cli
    code, out, err = run("sync --debug")
    assert code == 0
    assert "DEBUG" in err or "Stream" in out
    told = out + err
    assert [word for word in world.secrets if word in told] == []
    titles = {row["title"] for row in world.sandbox.store.select("Tickets")}
    assert [title for title in titles if title in told] == []
