"""Whoever sees a part of the desk meets nothing of another client at any command, on any of its faces."""

import re

import pytest

from servicedesk_core.capabilities import Role
from servicedesk_core.cli import catalog
from servicedesk_core.cli.catalog import OurCommands
from servicedesk_core.cli.main import main
from servicedesk_core.domain import STREAMS
from tests.desk.two_clients import DRAFT, FOREIGN

pytestmark = pytest.mark.slow

NOBODY = "NOBODY"
ROLES = [role.value for role in Role if role is not Role.CLIENT_CONTACT]
PEOPLE = {"kim": 'companies = ["mine-companies"]', "dee": 'queues = ["mine-queues"]'}
WRITES = ["tickets.create", "tickets.update", "notes.create_internal", "notes.create_public", "time_entries.create"]

NAMED = (
    "tickets list --company '{0} name'", "tickets list --company '{0} names'", "tickets list --search {0}",
    "tickets show {0}-tickets", "tickets show '{0} number'", "tickets create x --company '{0} name'",
    "tickets create x --company '{0} names'", "tickets create x --company 'mine name' --contact {0}-contacts",
    "tickets update {0}-tickets --title x", "tickets update mine-tickets --field contact_ref={0}-contacts",
    "tickets update mine-tickets --field parent_ref={0}-tickets --yes", "assign assign {0}-tickets --yes",
    "cover show {0}-is-a-client-and-nobody-of-our-own", "cover cover {0}-is-a-client-and-nobody-of-our-own",
    "assign candidates {0}-tickets", "assign assign mine-tickets {0}-tickets --to none --yes",
    "tickets close {0}-tickets --status x", "tickets note {0}-tickets x --yes",
    "tickets log-time {0}-tickets 0.25 --technician mine-technicians",
    "attachments list {0}-tickets", "attachments save {0}-attachments --yes",
    "attachments add {0}-tickets servicedesk.toml --yes",
    "appointments show {0}-appointments", "appointments move {0}-appointments --minutes 30 --yes",
    "appointments cancel {0}-appointments --yes", "appointments list --ticket '{0} number'",
    "appointments book {0}-tickets mine-technicians 2026-03-12T09:00 --yes",
    "claims list --all --company '{0} name'", "claims list --all --ticket {0}-tickets",
    "claims list --all --manufacturer {0}", "claims propose --company '{0} name'", "claims show {0}-cancelled",
    "claims check {0}-cancelled", "claims pack {0}-cancelled", "claims resolve {0}-cancelled --absent",
    "claims credits {0}-cancelled client --reason x",
    "claims new {0}-tickets", "claims new --device '{0} serial_number'",
    "claims edit {0}-cancelled --symptom x",
    "claims record {0}-cancelled --word x", "claims submit {0}-cancelled --yes", "claims resubmit {0}-cancelled --yes",
    "claims note {0}-cancelled x --yes", "claims attach {0}-cancelled servicedesk.toml",
    "claims attach {0}-cancelled servicedesk.toml --send --yes", "claims cancel {0}-cancelled --reason x --yes",
    "warranty devices --company '{0} name'", "warranty show '{0} serial_number'",
    "claims money --company '{0} name'", "desks warranty --company '{0} name'",
    "warranty expiring --company '{0} name'", "warranty missed --company '{0} name'",
    "warranty report --company '{0} name'", "warranty report --company '{0} name' --html page.html",
    "warranty lookup '{0} serial_number'", "warranty lookup --company '{0} name'", "warranty lookup --asset '{0} name'",
    "warranty parts '{0} serial_number'", "warranty write-dates --company '{0} name' --yes",
    "audit list --entity write:{1}", "writes show {1}", "writes approve {1}", "writes approve 1 {1}",
    "writes edit {1} --field title=x", "writes edit 1 --field contact_ref={0}-contacts", "writes discard {1}",
    "writes retry {1}", "writes resolve {1} --leave", "writes resolve {1}", "writes revert {1}",
    "privacy export {0}-contacts", "privacy erase {0}-contacts --yes",
    "desks find '{0} name'", "desks find {0}-tickets", "desks tickets --company '{0} name'",
    "desks list triage --company '{0} name'", "writes list --all --ticket {0}-tickets",
    "tickets take {0}-tickets", "tickets start {0}-tickets", "tickets cannot {0}-tickets no-time",
    "tickets promise {0}-tickets 2026-03-20T10:00", "shiftlog add x --ticket {0}-tickets", "contact keep {1}",
    "contact withdraw {1} --reason x", "contact promises --ticket {0}-tickets", "shiftlog list --ticket {0}-tickets",
    "contact unheard --company '{0} name'",
    "helpers list {0}-tickets", "helpers calls --ticket {0}-tickets", "helpers ask {0}-tickets x",
    "helpers add {0}-tickets mine-technicians --yes", "helpers remove {0}-tickets mine-technicians --yes",
    "helpers call {1}", "helpers give {1} --technician mine-technicians --yes", "helpers withdraw {1}",
    "checklist list {0}-tickets", "checklist add {0}-tickets x --yes", "checklist tick {0}-tickets 1 --yes",
    "incidents list --ticket {0}-tickets", "messages list --ticket {0}-tickets",
    "messages wall {0}-tickets", "messages link {0}-tickets",
    "tickets snooze {0}-tickets 2026-03-20", "tickets wake {0}-tickets",
    "escalate {0}-tickets --to tier2 --tried x --findings x --mood calm --yes",
    "escalate escalate {0}-tickets --to tier2 --tried x --findings x --mood calm --yes",
    "triage {0}-tickets --priority P1 --yes", "triage triage {0}-tickets --queue {0}-queues",
    "triage beside {0}-tickets", "triage beside '{0} number'", "triage list --company '{0} name'",
    "triage open --ticket {0}-tickets", "triage mine-tickets --contract '{0} name'",
    "triage mine-tickets --device '{0} serial_number'",
    "explain {0}-tickets", "explain '{0} number'", "attention list --all --company '{0} name'",
    "sla explain {0}-tickets", "sla explain '{0} number'", "sla status --company '{0} name'",
    "sla breached --company '{0} names'", "sla missed --company '{0} name'", "sla decisions --company '{0} name'",
    "sla override {0}-tickets triage --due 2026-03-12 --reason x --yes", "sla reason {0}-tickets triage parts",
    "sla request {0}-tickets triage --exempt --reason x", "sla approve {0}-tickets triage --yes",
    "sla decline {0}-tickets triage --reason x",
    "sla exempt {0}-tickets triage --reason x --yes", "sla withdraw {0}-tickets triage --reason x --yes",
    "billing preview --period 2026-03 --company '{0} name'",
    "billing exceptions --period 2026-03 --company '{0} name'", "billing compare --period 2026-03 --company '{0} name'",
    "billing status --company '{0} name'", "billing transfer --company '{0} name' --yes",
    "billing send --period 2026-03 --company '{0} name' --digest x --yes",
    "billing add-customers --client '{0} name' --yes",
    "billing trust '{0} name' --reason x", "billing distrust '{0} name' --reason x",
    "agreements renewals --company '{0} name'", "agreements signals --company '{0} name'",
    "knowledge match {0}-tickets", "knowledge link {0}-tickets x", "knowledge unlink {0}-tickets x",
    "company health '{0} name' --period 2025-10", "leakage list --client '{0} name'",
    "billing stages --client '{0} name'", "billing review --client '{0} name'",
    "profit show --by client --client '{0} name'", "kpi confirm-repeat {0}-tickets mine-tickets --reason x",
    "kpi confirm-repeat mine-tickets {0}-tickets --reason x", "kpi reject-repeat {0}-tickets {0}-tickets --reason x",
    "quality concern x --owner kim --ticket {0}-tickets", "parts take {0}-tickets x --yes", "parts return {1} --yes",
    "parts charge {1} --reason x --yes", "parts claim {1} none --reason x",
    "parts find x --for-ticket {0}-tickets", "parts find x --for-asset '{0} name'", "parts taken --ticket {0}-tickets",
)  # fmt: skip
"""Commands that name something of a client, by its word or by the number of a write."""

PLAIN = (
    "tickets list --all", "tickets list --watch unassigned", "tickets list --company mine", "tickets kpis",
    "tickets words clients", "tickets words technicians", "tickets words queues", "tickets words statuses",
    "tickets show mine-tickets", "attachments list mine-tickets",
    "appointments list", "appointments list --day 2026-03-01 --days 31 --cancelled",
    "appointments show mine-appointments", "appointments slots", "schedule hours", "schedule load", "schedule show",
    "calendars list", "plan tomorrow", "plan week", "plan gaps", "plan dues", "plan out",
    "claims list --all", "claims show 1", "claims show 2", "claims propose --all",
    "claims poll", "claims poll --all", "report desk", "report desk --html desk.html",
    "warranty expiring --within 3650d", "warranty devices", "warranty renewals --within 3650d", "warranty answers",
    "warranty failures --since 3650d", "warranty kpis", "claims money", "kpi compare --last 3650d", "scorecards weeks",
    *(f"desks {page}" for page in ("warranty", "parts", "billing", "reports")),
    "warranty missed", "warranty report", "warranty report --html report.html", "warranty report --with-costs",
    "warranty write-dates --dry-run", "warranty write-dates --yes", "warranty lookup --all",
    "warranty import servicedesk.toml", "writes list --all", "writes show 1", "writes run", "audit list --limit 1000",
    "audit verify", "audit checkpoint", "audit export --file trail.jsonl", "people list", "people review",
    "people show ana",
    "quarantine list", "quarantine show 1", "quarantine retry", "quarantine drop 1 --yes", "alerts list",
    "alerts channels", "alerts rules", "alerts test x", "alerts acknowledge x", "alerts mute x --until 2026-12-01",
    "status", "jobs list", "jobs run sync", "sync", "sync psa --plan", "remap", "connections list",
    "connections test", "connections authorize",
    "connections accept-identity --reason x", *(f"export {stream}" for stream in STREAMS),
    "export tickets --output tickets.csv",
    "desks tickets", "desks lists", "desks list triage", "desks me", "desks service", "desks sla",
    "desks escalation", "desks recurring",
    "desks next", "desks team", "sla clocks", "sla decided", "sla answers", "sla policies",
    "worktime callouts", "worktime payroll", "worktime patterns",
    "forecast tickets", "forecast hours", "forecast backtest", "forecast staffing", "forecast gaps",
    "helpers calls --all", "helpers list mine-tickets", "checklist list mine-tickets",
    "shiftlog list", "contact promises --all", "contact unheard", "contact kpis",
    "recurring plans", "recurring preview", "recurring explain care",
    "recurring generate --yes", "recurring occurrences",
    "recurring report", "recurring adopt", "recurring kpis",
    "incidents list --all", "incidents show 1", "incidents candidates 1", "incidents report 1",
    "incidents declare x --ticket mine-tickets --yes", "incidents link 1 mine-tickets --yes",
    "incidents unlink 1 mine-tickets --yes", "incidents update 1 x --yes", "incidents close 1 --yes",
    "messages templates", "messages plan", "messages preview x",
    "messages queue", "messages list", "messages show 1", "messages release --all --yes", "messages discard 1 --yes",
    "messages link mine-tickets", "messages revoke 1", "messages links", "messages answers",
    "messages wall mine-tickets", "messages bounced", "messages bounces x.eml", "messages clear x@example.com",
    "triage list", "triage open", "triage beside mine-tickets",
    "attention list --all", "explain mine-tickets", "report morning", "report morning --html morning.html",
    "assign stats", "assign gaps", "next",
    "next --technician mine-technicians",
    "report mails", "report resend --reason x --yes", "report daily", "report daily --csv", "report weekly",
    "report weekly --html weekly.html", "reports sent", "reports show 1",
    "reports resend 1 --reason x --yes",
    *(f"report {one}" for one in ("close", "monthly", "executive", "quarter-audit")),
    *(f"report {one}" for one in ("stage-lag", "equipment", "renewals")),
    "sla evaluate", "sla status", "sla at-risk", "sla breached", "sla upcoming", "sla attainment", "sla summary",
    "sla compare", "sla explain mine-tickets", "sla missed", "sla decisions", "sla reasons", "sla response",
    f"sla replay --policy {DRAFT}", "sla audit", "sla tolerance", "sla reason mine-tickets triage parts",
    "kpi list --last 3650d",
    *(f"kpi show {name} --last 3650d --by {by}" for name in ("created", "hours") for by in ("client", "technician")),
    "kpi history created", "kpi repeats --last 3650d", "kpi months", "kpi close 2026-01 --reason x --yes",
    "kpi reopen 2026-01 --reason x", "kpi records created --last 3650d", "kpi explain created", "kpi ready", "kpi now",
    "kpi change created --by client",
    "flow show", "flow steps",
    *(f"flow groups {by}" for by in ("client", "team")), "profit show --by client", "profit uncosted", "profit months",
    "profit own --period 2025-10",
    "profit close 2026-01 --reason x --yes", "definitions plan", "definitions apply --reason x", "definitions diff",
    "quality reviews", "quality show 1", "quality show 2", "quality coverage --last 3650d", "quality concerns --all",
    "quality report", "quality report --html quality.html", "quality kpis", "quality sample all",
    "quality review 2 --passed", "quality import servicedesk.toml", "quality concern x --owner kim",
    "quality concern-change 1 --owner kim", "quality concern-close 1 --done x", "quality template servqual --to q.csv",
    "clients list", "clients contacts", "rota show", "oncall who", "oncall gaps", "skills list",
    "oncall override night ana --until 2026-12-01T08:00:00", "oncall test ana",
    "oncall swap night 2026-12-01T08:00:00 2026-12-08T08:00:00", "escalate list", "escalate next", "escalate handoffs",
    "paging list", "paging messages", "paging show 1", "paging acknowledge 1",
    "standing list", "standing acts", "standing suggestions", "standing suggestions --last 3650d", "standing show x",
    "standing grant tickets.close-resolved --without-dry-run --yes", "standing revoke x --yes",
    "billing stages", "billing review", "billing report", "billing report --html billing.html", "billing kpis",
    "billing preview --period 2026-03 --all", "billing exceptions --period 2026-03 --all",
    "billing compare --period 2026-03",
    "billing export --period 2026-03",
    "billing status", "billing reconcile", "billing trusts", "billing send --period 2026-03 --digest x --yes",
    "billing transfer --yes", "billing credit x --reason x --yes",
    "billing map", "billing link company x y", "billing link-certain",
    "billing add-customers --period 2026-03 --yes", "billing unlink company x", "billing locks",
    "billing lock 2026-01 --reason x", "billing reopen 2026-01 --reason x",
    "agreements renewals --all", "agreements signals", "agreements vendors --all", "agreements offer x --yes",
    "knowledge list", "knowledge kpis", "knowledge match mine-tickets", "knowledge read", "knowledge show x",
    "knowledge link mine-tickets x", "knowledge unlink mine-tickets x",
    "leakage list", "leakage kpis", "leakage accept x --reason x", "leakage withdraw x --reason x",
    "parts find x", "parts stock", "parts taken", "parts report", "parts report --html parts.html", "parts kpis",
    "parts orders", "parts order mine-tickets x --from psa --yes", "parts receive x --yes",
    "parts uncharged", "parts costs", "parts costs --by client", "parts take mine-tickets x --yes",
    "parts reorder --dry-run", "parts cancel x --yes",
    "rota import rota.csv", "oncall import rota.csv", "travel import places.csv",
    "travel order mine-technicians", "travel reorder mine-technicians --yes", "webhooks list", "webhooks subscriptions",
    *(f"webhooks {act} psa" for act in ("address", "check")),
    *(f"webhooks {act} psa --yes" for act in ("register", "renew", "remove")),
    "definitions history", "definitions export --to service", "analytics export parquet", "init --service --to drafts",
    "scorecards issue", "scorecards publish", "scorecards show", "scorecards show --html cards.html",
    "walls list", "walls new parts.report", "walls revoke 1", "desks data",
    "views list", "views pinned", "views save mine tickets.list", "views remove mine",
    "tokens list", "tokens new program", "tokens revoke 1", "signins list", "signins end 1", "signins end-all",
    "people invite tom --role admin", "people change ana --role admin", "people remove ana --yes",
    "people reset ana --yes",
    "scorecards compare", "scorecards coach team", "scorecards agree nobody x", "scorecards comment nobody x",
)  # fmt: skip
"""Commands that name nothing."""

WITHOUT_RECORDS = {"demo", "serve", "api", "console", "connections requirements"}
"""What shows no record of this desk, or runs until it is stopped."""


@pytest.fixture
def run(filled, new_url, tmp_path, monkeypatch, capsys):
    """Return a function that runs a command as a person, on a desk of its own."""
    lines = ["[desk]", 'name = "X"', f'store = "{new_url(of=filled)}"']
    lines += ["[connections.psa]", 'connector = "tabular"', f"writes = {WRITES}"]
    for name, sees in PEOPLE.items():
        lines += [f"[people.{name}]", f"roles = {ROLES}", sees]
    (tmp_path / "servicedesk.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")

    def command(who, *line):
        monkeypatch.setattr("getpass.getuser", lambda: who)
        code = main(["--quiet", *line])  # else a busy machine says that it is still at work
        told = capsys.readouterr()
        for path in [*tmp_path.glob("*.html"), *tmp_path.glob("*.jsonl"), *tmp_path.glob("*.csv")]:
            told = (told[0] + path.read_text(), told[1])
            path.unlink()
        return code, *told

    return command


def words_of(line):
    return [part.strip("'") for part in re.findall(r"'[^']*'|\S+", line)]


def leaves():
    """Yield the names of all commands that open a desk."""
    for name in set(catalog.NAMES) - catalog.WITHOUT_DESK:
        command = OurCommands()[name]
        below = getattr(command, "commands", None)
        yield from [name] if below is None else [f"{name} {one}" for one in below]


def faces_of(line):
    group, *rest = words_of(line)
    command = OurCommands()[group]
    command = getattr(command, "commands", {}).get(rest[0] if rest else "", command)
    known = {option for parameter in command.params for option in parameter.opts}
    return [[], *([face] for face in ("--json", "--csv") if face in known)]


def test_every_command_that_opens_a_desk_is_tried():
    for name in set(leaves()) - WITHOUT_RECORDS:
        assert any(line == name or line.startswith(f"{name} ") for line in (*NAMED, *PLAIN)), f"say how to try {name}"


@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", PEOPLE)
def test_commands_that_name_a_foreign_thing_say_what_they_say_of_nothing(run, who):
    for line in NAMED:
        told = run(who, *words_of(line.format(FOREIGN, 7)))
        nothing = run(who, *words_of(line.format(NOBODY, 997)))
        as_nothing = [re.sub(r"\b7\b", "997", str(one).replace(FOREIGN, NOBODY)) for one in told]
        assert as_nothing == [re.sub(r"\b7\b", "997", str(one)) for one in nothing], line


@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", PEOPLE)
def test_no_command_tells_of_another_client(run, who):
    seen = ""
    for line in PLAIN:
        faces = faces_of(line)
        for face in faces if who == "kim" else faces[:2][-1:]:  # a document holds what tables show
            told = "".join(map(str, run(who, *words_of(line), *face)))
            assert FOREIGN not in told, (line, face)
            assert "code internal" not in told, (line, told)
            seen += told
    for own in ("mine-tickets", "mine body", "mine why", "mine-cancelled"):
        assert own in seen
