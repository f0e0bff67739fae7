"""Every rule is met by the generated connector or says what it lacks, and notices when it is broken."""

import shutil
from copy import deepcopy
from pathlib import Path

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.grading import Grade, State, check
from servicedesk_core.grading.grades import ORDER, RuleOutcome, reached
from servicedesk_core.grading.rules import RULES
from servicedesk_core.grading.subject import Subject
from servicedesk_core.scaffold import write_connector

BY_ID = {rule.id: rule for rule in RULES}


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    write_connector("acme", folder)
    return folder / "acme"


@pytest.fixture
def acme(generated, tmp_path) -> Path:
    return shutil.copytree(generated, tmp_path / "acme")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} holds no {old!r}"
    path.write_text(text.replace(old, new))


CONNECTOR, PROJECT, SUITE = "src/servicedesk_acme/connector.py", "pyproject.toml", "tests/test_connector.py"
BROKEN_FILES = {
    "entry-point": (PROJECT, 'acme = "', 'Acme_1 = "', "is no connector id"),
    "suite": (SUITE, "(TicketSyncSuite)", "", "no test class is a subclass of TicketSyncSuite"),
    "readme": ("README.md", 'connector = "acme"', "", "no example"),
    "public-api": (
        CONNECTOR,
        "import mapping\n",
        "import mapping\nfrom servicedesk_core.store import Store\n",
        "store",
    ),
    "kit-only": (CONNECTOR, "import mapping\n", "import mapping\nimport urllib.request\n", "imports urllib.request"),
    "core-bounds": (PROJECT, ">=0.1,<0.2", ">=0.1", "no upper bound"),
    "errors-pass": (CONNECTOR, "except NotFoundError:", "except Exception:", "catches everything"),
    "typed": (CONNECTOR, "def _position(resume: str | None)", "def _position(resume)", "lacks annotations"),
    "documented": ("README.md", "token = ", "", "does not mention token"),
    "budget": (CONNECTOR, "vendor_budget(requests=REQUESTS_PER_HOUR, window_s=3_600)", "budget", "never"),
}
"""By rule: a file, what is replaced in it, by what, and what the rule then finds."""

BROKEN_WORDS = {
    "loads": (lambda said: said.update(error="TypeError: no such hook"), "no such hook"),
    "capabilities": (lambda said: said["capabilities"].update(vendor=""), "no vendor"),
    "identity": (lambda said: said["hooks"].remove("vendor_identity"), "no vendor_identity"),
    "access": (lambda said: said["capabilities"].update(access=[]), "access is empty"),
    "check": (lambda said: said["hooks"].remove("check_connection"), "not implemented"),
    "secrets": (lambda said: said["settings"][1].update(is_secret=False), "token is no SecretStr"),
    "settings-described": (lambda said: said["settings"][0].update(description=""), "url has no description"),
    "fetches": (lambda said: said["hooks"].remove("fetch_records"), "not implemented"),
}
"""By rule: what the connector no longer says about itself, and what the rule then finds."""


@pytest.fixture(scope="session")
def probed(generated):
    """What the generated connector says about itself, asked once."""
    return Subject(generated).probe


def look(rule: str, folder: Path, probed=None):
    subject = Subject(folder)
    if probed is not None:
        subject.__dict__["probe"] = probed
    return BY_ID[rule].look(subject)


@pytest.mark.parametrize("rule", BROKEN_FILES)
def test_a_rule_that_is_met_notices_a_broken_file(acme, probed, rule):
    file, old, new, found = BROKEN_FILES[rule]
    assert look(rule, acme, probed).state is State.MET
    replace(acme / file, old, new)
    verdict = look(rule, acme, probed)
    assert verdict.state is State.MISSING
    assert found in " ".join(verdict.found)


@pytest.mark.parametrize("rule", BROKEN_WORDS)
def test_a_rule_that_is_met_notices_what_a_connector_does_not_say(generated, probed, rule):
    spoil, found = BROKEN_WORDS[rule]
    assert look(rule, generated, probed).state is State.MET
    spoilt = deepcopy(probed)
    spoil(spoilt["connectors"][0])
    verdict = look(rule, generated, spoilt)
    assert verdict.state is State.MISSING
    assert found in " ".join(verdict.found)


def test_writes_are_held_to_their_rules(generated, probed):
    writing = deepcopy(probed)
    said = writing["connectors"][0]
    said["hooks"] += ["send_write", "find_write"]
    said["capabilities"]["writes"] = [{"kind": "tickets.update", "right": "", "reconcilable_by": "nothing"}]
    assert "WriteSuite" in look("suite", generated, writing).found[0]
    assert "tickets.update names no right" in look("requirements", generated, writing).found
    assert "tickets.update cannot be found again" in look("settles-doubt", generated, writing).found
    assert look("settles-doubt", generated, probed).state is State.NOT_APPLICABLE


@pytest.mark.slow
def test_the_generated_connector_is_silver_from_the_start_once_its_tests_are_run(generated):
    grade = check(generated, run=False)
    assert grade.within_reach is Grade.SILVER
    assert grade.grade is Grade.NONE, "what was not run is no merit"
    states = {one.rule: one.state for one in grade.outcomes}
    assert {rule for rule, state in states.items() if state is State.MISSING} == {
        "requirements", "traps", "licence", "plans",
    }  # fmt: skip
    unmeasured = {rule for rule, state in states.items() if state is State.NOT_MEASURED}
    assert unmeasured == {rule.id for rule in RULES if rule.is_measured_by_running}


def test_every_rule_says_why_it_matters_and_how_to_mend_it():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.what.endswith(".")
        assert rule.why.endswith(".")
        assert rule.mend.endswith(".")


def test_traps_need_tests_that_exist(acme):
    rows = [
        f"| trap {n} | met | `test_connector.py::test_a_wrong_token_is_an_authentication_error` |" for n in range(5)
    ]
    (acme / "docs").mkdir()
    page = acme / "docs" / "traps.md"
    page.write_text("\n".join(["| FortiCare | the connector | shown by |", "|---|---|---|", *rows]))
    assert look("traps", acme).state is State.MET
    page.write_text(
        page.read_text() + "\n| lies | denied | `test_connector.py::test_nothing` |\n| silent | unknown | |"
    )
    found = " ".join(look("traps", acme).found)
    assert "test_connector.py::test_nothing does not exist" in found
    assert "no test in: | silent" in found


def test_recordings_stand_in_for_a_sandbox(acme):
    replace(acme / PROJECT, "servicedesk.sandboxes", "servicedesk.others")
    assert look("stand-in", acme).state is State.MISSING
    (acme / "tests" / "recordings").mkdir()
    (acme / "tests" / "recordings" / "tickets.json").write_text("{}")
    assert look("stand-in", acme).state is State.MET


def test_a_sandbox_must_stand_alone(acme):
    sandbox = acme / "src" / "servicedesk_acme" / "sandbox" / "__init__.py"
    fine = "from servicedesk_acme.sandbox import app\nfrom servicedesk_core.sandboxing import StandIn\n"
    for text in (sandbox.read_text(), fine):
        sandbox.write_text(text)
        assert look("separate-stand-in", acme).state is State.MET
        assert look("public-api", acme).state is State.MET
    sandbox.write_text(f"{fine}from servicedesk_acme.mapping import VERSION\n")
    assert "servicedesk_acme.mapping" in look("separate-stand-in", acme).found[0]
    sandbox.write_text("from servicedesk_core.domain import Ticket\n")
    assert "servicedesk_core.domain" in look("separate-stand-in", acme).found[0]


def test_an_exemption_caps_the_grade_at_that_of_its_rule():
    def outcome(grade, state=State.MET):
        return RuleOutcome("r", grade, state, "", (), "", "")

    all_met = tuple(outcome(grade) for grade in ORDER[1:])
    nothing = frozenset({State.MISSING})
    assert reached(all_met, unless=nothing) is Grade.PLATINUM
    for grade in ORDER[1:]:
        assert reached((*all_met, outcome(grade, State.EXEMPT)), unless=nothing) is grade


@pytest.mark.slow
def test_an_exemption_needs_a_known_rule_and_a_reason(acme):
    original = (acme / PROJECT).read_text()

    def exempt(line: str) -> None:
        (acme / PROJECT).write_text(f"{original}\n[tool.servicedesk.exempt]\n{line}\n")

    exempt('traps = "The vendor is a file format of our own; there is nothing to be surprised by."')
    graded = check(acme, run=False)
    assert graded.exempt == ("traps",)
    states = {one.rule: (one.state, one.found) for one in graded.outcomes}
    assert states["traps"][0] is State.EXEMPT
    assert "file format" in states["traps"][1][0]
    for line, message in (
        ('trap = "The vendor never surprises anybody."', "Did you mean 'traps'"),
        ('traps = "n/a"', "gives no reason"),
        ('loads = "It works on my machine, honestly."', "Nothing can be exempt"),
    ):
        exempt(line)
        with pytest.raises(SettingsError) as caught:
            check(acme, run=False)
        assert message in str(caught.value)


def test_a_folder_that_is_no_distribution_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"no pyproject\.toml"):
        check(tmp_path, run=False)


def test_a_connector_that_fails_at_import_is_reported_and_not_raised(acme):
    (acme / CONNECTOR).write_text("1 / 0\n")
    states = {one.rule: one for one in check(acme, run=False).outcomes}
    assert "ZeroDivisionError" in states["loads"].found[0]
    assert states["capabilities"].state is State.MISSING


@pytest.mark.slow
def test_code_that_does_not_end_is_told_and_ends_nothing(acme, monkeypatch):
    monkeypatch.setattr("servicedesk_core.grading.subject._LONGEST_RUN_S", 0.5)
    assert "pytest did not end within 0.5 s" in look("tests-green", acme).found[-1]
    monkeypatch.setattr("servicedesk_core.grading.subject._LONGEST_PROBE_S", 0.5)
    (acme / CONNECTOR).write_text("import threading\n\nthreading.Event().wait()\n")
    (loads,) = [one for one in check(acme, run=False).outcomes if one.rule == "loads"]
    assert "not imported within 0.5 s" in loads.found[0]


@pytest.mark.slow
def test_failing_tests_cost_every_grade(acme):
    replace(acme / SUITE, "pytest.raises(AuthenticationError)", "pytest.raises(KeyError)")
    assert look("tests-green", acme).state is State.MISSING
