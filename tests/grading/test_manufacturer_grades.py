"""Every connector to a manufacturer, a distributor, a stock or books has the top grade; one of them by measurement."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from servicedesk_core.grading import Grade, PluginGrade, State, check
from servicedesk_core.grading.subject import CONNECTORS, Subject

PLUGINS = Path(__file__).parents[2] / "plugins"
NAMES = (
    *(f"manufacturers/{name}" for name in ("cisco", "dell", "hpe", "lenovo")),
    *(f"inventory/{name}" for name in ("ingram", "inventree", "snipeit", "tryton")),
    *(f"billing/{name}" for name in ("quickbooks", "xero")),
)
EXEMPT = {
    # Dell lists dispatches without tag and reference: a lost answer takes a person who looks.
    "manufacturers/dell": {"settles-doubt"},
}
"""By folder: what the vendor makes impossible; each with a reason in the connector's own pyproject.toml."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PLUGINS.is_dir(), reason="the connectors' folders are not here"),
]


def in_state(grade: PluginGrade, *states: State) -> dict[str, tuple[str, ...]]:
    return {one.rule: one.found for one in grade.outcomes if one.state in states}


@pytest.fixture(scope="module")
def said():
    """What the connectors say about themselves, asked in one process instead of one for each."""
    targets = [target for name in NAMES for target in Subject(PLUGINS / name).entry_points(CONNECTORS).values()]
    ran = subprocess.run(
        [sys.executable, "-m", "servicedesk_core.grading.probe", *targets], capture_output=True, check=True
    )
    return {one["target"]: one for one in json.loads(ran.stdout)["connectors"]}


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_needs_no_run_is_met(name, said, monkeypatch):
    def of(subject: Subject):
        return {"connectors": [said[target] for target in subject.entry_points(CONNECTORS).values()], "error": ""}

    monkeypatch.setattr(Subject, "probe", property(of))
    grade = check(PLUGINS / name, run=False)
    assert in_state(grade, State.MISSING) == {}
    assert set(in_state(grade, State.EXEMPT)) == EXEMPT.get(name, set())
    assert grade.within_reach is Grade.PLATINUM


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_it_is_platinum_by_measurement():
    grade = check(PLUGINS / "inventory/ingram")
    unmet = in_state(grade, State.MISSING, State.NOT_MEASURED)
    if list(in_state(grade, State.NOT_MEASURED)) == ["wheel"] and len(unmet) == 1:
        pytest.skip(f"the wheel cannot be built here: {unmet['wheel'][0]}")
    assert unmet == {}
    assert grade.grade is Grade.PLATINUM
