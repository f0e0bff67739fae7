"""Definitions to begin with, from what the PSA has promised and what history reached."""

import re
import tomllib
from datetime import UTC, timedelta

import pytest

from servicedesk_core.domain import BillingCode, Company, Contract
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.alerts.ruled.beginning import TEXT
from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.files import replace_file
from servicedesk_core.machine import starting
from servicedesk_core.machine.starting import start_service
from tests.sla.office import OFFICE, at, created, hours, status


@pytest.fixture
async def history(told):
    """Forty tickets under the standard agreement of the PSA, and twenty of a client with a better one."""
    await told.put(
        Company(external_id="0", name="Us", is_own=True, country="US"),
        Company(external_id="2", name='Bolt "Co"\n[x]'),
        Contract(external_id="70", name="Bolt\x1b care\x7f", company_ref="2", sla='Gold\n"24"'),
        BillingCode(external_id="1", name="Travel  to clients"),
        BillingCode(external_id="2", name="Remote\x07 work"),
    )
    start = at("03-02 09:00")
    for number in range(60):
        gold = number % 3 == 0
        promised, took = hours(4 if gold else 16), hours(0.5 * (number % 20 + 1))
        resolved = OFFICE.add(start, took)
        await told.ticket(
            number,
            created(start, "P2"),
            status(resolved, "resolved"),
            priority="P2",
            company_ref="2" if gold else "1",
            contract_ref="70" if gold else None,
            sla='Gold\n"24"' if gold else "Standard",
            resolved_at=resolved,
            resolution_due_at=OFFICE.add(start, promised),
        )
    await told.move("03-10 09:00")
    return told


async def test_what_is_written_passes_plan_promises_what_the_psa_does_and_says_what_history_reached(history, tmp_path):
    folder, names = await start_service(history.desk, tmp_path / "new")
    plan = await history.desk.definitions.plan(folder=folder)
    assert (plan.obstacles, {one.definition for one in plan}) == (
        (),
        {"calendars.office", "calendars.always", "sla", "goals.journey", "goals.coach", "work_kinds"}
        | {f"alert_rules.{name}" for name in tomllib.loads(TEXT)["alert_rules"]},
    )
    assert set(names) == {"calendars.toml", "sla.toml", "goals.toml", "work_kinds.toml", "alerts.toml"}
    text = (folder / "sla.toml").read_text()
    gold, standard = text.split("[[sla.policies]]")[1:]
    assert 'when.contract = ["70"]' in gold
    assert "#   Bolt care" in text
    assert 'completion = "4 h"  # 90 % reached within 9 h 30 min; this was kept in 40 % of 20' in gold
    assert 'completion = "16 h"  # 90 % reached within 9 h 30 min; this was kept in 100 % of 40' in standard
    assert 'travel = ["Travel  to clients"]' in (folder / "work_kinds.toml").read_text()
    assert 'country = "US"' in (folder / "calendars.toml").read_text()
    with pytest.raises(SettingsError, match="already"):
        await start_service(history.desk, folder)
    assert (folder / "sla.toml").read_text() == text


@pytest.mark.slow
async def test_the_reached_targets_are_proven_by_replay(history, tmp_path):
    folder, _ = await start_service(history.desk, tmp_path / "new")
    path = folder / "sla.toml"
    reached = re.sub(r'(?m)^(?:# )?(\w+) = "[^"]*"  # \d+ % reached within ([^;,]*).*$', r'\1 = "\2"', path.read_text())
    path.write_text(reached)
    for clock, goal in (("triage", 97), ("engagement", 95), ("completion", 90)):
        found = await history.desk.sla.replay(ClockFilter(clock=clock), policy=folder, last=timedelta(days=365))
        shares = [one.percent for one in found.attained if one.by == "client"]
        assert len(shares) == 2
        assert all(share > goal for share in shares)
    await history.desk.definitions.apply(reason="begun", folder=folder)
    with pytest.raises(SettingsError, match="has definitions already"):
        await start_service(history.desk, tmp_path / "other")


async def test_a_desk_without_anything_gets_files_that_pass_plan_too(told, tmp_path):
    await told.put(Company(external_id="0", name="Us", is_own=True, country='U"\n[x]'))
    folder, _ = await start_service(told.desk, tmp_path / "new")
    assert not (await told.desk.definitions.plan(folder=folder)).obstacles


async def test_targets_of_one_priority_are_counted_in_the_hours_that_stand_beside_them(told, tmp_path):
    for ref, when in enumerate(("03-02 09:00", "03-03 10:00", "03-04 11:00", "03-06 09:00", "03-07 12:00")):
        start = at(when)
        due = {"first_response_due_at": OFFICE.add(start, hours(1)), "resolution_due_at": start + hours(24)}
        due["resolution_plan_due_at"] = at("9999-12-31 23:00", UTC)  # a vendor's word for never
        await told.ticket(ref, created(start, "P1"), priority="P1", **due)
    await told.move("03-10 09:00")
    folder, _ = await start_service(told.desk, tmp_path / "new")
    [policy] = tomllib.loads((folder / "sla.toml").read_text())["sla"]["policies"]
    assert policy["targets"]["P1"] == {
        "triage": "1 h",
        "completion": "10 h",
    }  # a day of the week, in the office's hours


async def test_when_a_file_cannot_be_written_none_is_left_so_that_it_can_be_begun_anew(told, tmp_path, monkeypatch):
    def full(path, content):
        if path.name == "sla.toml":
            raise SettingsError("sla.toml cannot be written: No space left on device.")
        replace_file(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(starting, "replace_file", full)
        with pytest.raises(SettingsError, match="No space"):
            await start_service(told.desk, tmp_path / "new")
    assert not [*(tmp_path / "new").iterdir()]
    await start_service(told.desk, tmp_path / "new")
