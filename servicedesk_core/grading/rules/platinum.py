"""Platinum: nothing that we know of is left to wish for."""

import os

from servicedesk_core.grading.grades import Grade, Rule, Verdict, missing, not_applicable, not_measured
from servicedesk_core.grading.subject import SANDBOXES, Subject


def strict_types(subject: Subject) -> Verdict:
    """Run the type checker."""
    packages = [argument for package in subject.packages for argument in ("-p", package.name)]
    ran = subject.run(["mypy", "--strict", "--no-error-summary", "--cache-dir", os.devnull, *packages])
    if any("No module named mypy" in line for line in ran.tail):
        return not_measured("mypy is not installed")
    return missing(*([] if ran.code == 0 else ran.tail[-5:]))


def plans(subject: Subject) -> Verdict:
    """Look for counts and field descriptions."""
    if "pull" not in subject.hooks:
        return not_applicable("it pulls no streams")
    return missing(
        *(f"{hook} is not implemented" for hook in ("count", "describe_fields") if hook not in subject.hooks)
    )


def settles_doubt(subject: Subject) -> Verdict:
    """Look whether a lost write can be found."""
    writes = [one for connector in subject.connectors for one in (connector["capabilities"] or {}).get("writes", ())]
    if not writes:
        return not_applicable("it writes nothing")
    return missing(*(f"{one['kind']} cannot be found again" for one in writes if one["reconcilable_by"] == "nothing"))


def separate_stand_in(subject: Subject) -> Verdict:
    """Look whether the sandbox shares code with the connector or with core."""
    if not subject.entry_points(SANDBOXES):
        return not_applicable("it has no sandbox")
    sandbox = [source for source in subject.sources if "sandbox" in source.path.parts]
    tops = {package.name for package in subject.packages}
    found = [
        f"{source.name}:{line} imports {module}"
        for source in sandbox
        for module, line in source.imports()
        if _is_shared(module, tops)
    ]
    return missing(*found)


def _is_shared(module: str, packages: set[str]) -> bool:
    if module.startswith("servicedesk_core"):
        return not module.startswith("servicedesk_core.sandboxing")  # the kit for stand-ins knows no connector
    return module.partition(".")[0] in packages and ".sandbox" not in module


RULES = (
    Rule(
        id="strict-types",
        grade=Grade.PLATINUM,
        what="mypy --strict finds nothing.",
        why="Overrides of hooks are checked against the specs, and a changed field shows before it breaks a desk.",
        mend="Run mypy --strict on the package.",
        look=strict_types,
        is_measured_by_running=True,
    ),
    Rule(
        id="plans",
        grade=Grade.PLATINUM,
        what="A first sync can be planned, and the tenant's words be proposed.",
        why="sync --plan counts with count, and servicedesk init proposes meanings from describe_fields.",
        mend="Implement both; count may answer None where the vendor cannot count.",
        look=plans,
    ),
    Rule(
        id="settles-doubt",
        grade=Grade.PLATINUM,
        what="Every write can be found again after a lost answer.",
        why="Otherwise a person has to look at the vendor each time a connection breaks.",
        mend="Put Write.id into a field that the vendor can search, or into the text; else compare content.",
        look=settles_doubt,
    ),
    Rule(
        id="separate-stand-in",
        grade=Grade.PLATINUM,
        what="The sandbox shares no code with the connector.",
        why="One mistake would hide in both.",
        mend="Let the sandbox import only its own modules.",
        look=separate_stand_in,
    ),
)
