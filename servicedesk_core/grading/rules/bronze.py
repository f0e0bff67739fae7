"""Bronze: it works, and says what it is."""

import ast
import re

from servicedesk_core.grading.grades import Grade, Rule, Verdict, missing, not_measured
from servicedesk_core.grading.subject import CONNECTORS, Subject

SUITES = {
    "pull": "TicketSyncSuite",
    "send_write": "WriteSuite",
    "find_entitlements": "WarrantyLookupSuite",
    "list_entitlements": "WarrantyLookupSuite",
    "find_parts": "PartsSuite",
    "read_document": "BillingSuite",
    "busy_times": "CalendarSuite",
    "travel_times": "RouterSuite",
    "verify_webhook": "WebhookSuite",
    "submit_claim": "WarrantyClaimsSuite",
}
"""Which conformance suite belongs to which hook."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def entry_point(subject: Subject) -> Verdict:
    """Look at the entry points."""
    declared = subject.entry_points(CONNECTORS)
    if not declared:
        return missing(f'pyproject.toml has no [project.entry-points."{CONNECTORS}"]')
    wrong = [f"{name!r} is no connector id" for name in declared if not _ID.fullmatch(name)]
    return missing(*wrong, *(f"no package for {target}" for target in declared.values() if not subject.packages))


def loads(subject: Subject) -> Verdict:
    """Look whether core accepts the connectors."""
    probe = subject.probe
    broken = [f"{one['target']}: {one['error']}" for one in probe["connectors"] if one.get("error")]
    return missing(*broken, *([str(probe["error"])] if probe.get("error") else []))


def capabilities(subject: Subject) -> Verdict:
    """Look whether the connectors describe themselves."""
    return missing(
        *(
            f"{one['target']} describes no vendor"
            for one in subject.connectors
            if not (one["capabilities"] or {}).get("vendor")
        ),
        *(
            f"{one['target']} implements nothing but its description"
            for one in subject.connectors
            if not set(one["hooks"]) - {"describe_capabilities", "vendor_identity", "check_connection"}
        ),
        *([] if subject.connectors else ["no connector can be loaded"]),
    )


def identity(subject: Subject) -> Verdict:
    """Look for the hook that names the tenant."""
    return missing(
        *(
            f"{one['target']} has no vendor_identity"
            for one in subject.connectors
            if "vendor_identity" not in one["hooks"]
        )
    )


def suite(subject: Subject) -> Verdict:
    """Look for subclasses of the conformance suites."""
    used = {
        base.id if isinstance(base, ast.Name) else base.attr
        for source in subject.tests
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name | ast.Attribute)
    }
    wanted = {name for hook, name in SUITES.items() if hook in subject.hooks}
    return missing(*(f"no test class is a subclass of {name}" for name in sorted(wanted - used)))


def tests_green(subject: Subject) -> Verdict:
    """Run the tests."""
    ran = subject.run(["pytest", "-q", "-p", "no:cacheprovider", "tests"])
    if any("No module named pytest" in line for line in ran.tail):
        return not_measured("pytest is not installed: pip install 'servicedesk-core[testing]'")
    return missing(*([] if ran.code == 0 else ran.tail[-3:] or (f"pytest ended with {ran.code}",)))


def readme(subject: Subject) -> Verdict:
    """Look for an example of the configuration."""
    text = subject.text("README.md")
    if not text:
        return missing("there is no README.md")
    ids = subject.entry_points(CONNECTORS)
    return missing(*(f'no example with connector = "{name}"' for name in ids if f'connector = "{name}"' not in text))


RULES = (
    Rule(
        id="entry-point",
        grade=Grade.BRONZE,
        what="The connector is found by its entry point.",
        why="Core finds plugins by entry point and imports none that is not named.",
        mend=f'Add [project.entry-points."{CONNECTORS}"] with a line such as acme = "servicedesk_acme:Acme".',
        look=entry_point,
        can_be_exempt=False,
    ),
    Rule(
        id="loads",
        grade=Grade.BRONZE,
        what="Core accepts the connector.",
        why="A misspelt hook or a wrong argument would make a capability vanish silently, so core refuses the plugin.",
        mend="Correct what the message names.",
        look=loads,
        can_be_exempt=False,
    ),
    Rule(
        id="capabilities",
        grade=Grade.BRONZE,
        what="It says what it can do.",
        why="Plans, checks and the documentation are made from the description.",
        mend="Implement describe_capabilities, and at least one hook that does something.",
        look=capabilities,
        can_be_exempt=False,
    ),
    Rule(
        id="identity",
        grade=Grade.BRONZE,
        what="It names the tenant.",
        why="Core refuses to mix two tenants in one store; without an identity it cannot tell them apart.",
        mend="Implement vendor_identity with an account id that never changes.",
        look=identity,
    ),
    Rule(
        id="suite",
        grade=Grade.BRONZE,
        what="The conformance suites of its families are among its tests.",
        why="The suites state what core relies on; a connector that breaks it loses or doubles somebody's data.",
        mend="Subclass the suite that the finding names; the generated test file shows how.",
        look=suite,
    ),
    Rule(
        id="tests-green",
        grade=Grade.BRONZE,
        what="Its tests are green.",
        why="Nobody else will run them before using it.",
        mend="Run pytest in the folder.",
        look=tests_green,
        is_measured_by_running=True,
        can_be_exempt=False,
    ),
    Rule(
        id="readme",
        grade=Grade.BRONZE,
        what="The README shows how a connection is configured.",
        why="It is the first thing that an operator needs.",
        mend="Show the table [connections.NAME] with its keys in README.md.",
        look=readme,
    ),
)
