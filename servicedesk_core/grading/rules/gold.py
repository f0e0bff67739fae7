"""Gold: a stranger can operate it, and another can take it over."""

import ast
import tempfile
import zipfile
from pathlib import Path

from servicedesk_core.grading.grades import Grade, Rule, Verdict, missing, not_applicable, not_measured
from servicedesk_core.grading.subject import SANDBOXES, Subject
from servicedesk_core.testing.pages import absent_tests, tests_named, trap_rows

FEWEST_TRAPS = 5


def requirements(subject: Subject) -> Verdict:
    """Look at documentation, lead time and every right."""
    found = []
    for one in subject.connectors:
        said = one["capabilities"] or {}
        found += [f"{name} is empty" for name in ("documentation", "lead_time") if not said.get(name)]
        for kind, name in (("streams", "stream"), ("writes", "kind")):
            found += [f"{entry[name]} names no right" for entry in said.get(kind, ()) if not entry.get("right")]
    return missing(*found)


def typed(subject: Subject) -> Verdict:
    """Look for py.typed and for functions without annotations."""
    found = [f"{package.name} has no py.typed" for package in subject.packages if not (package / "py.typed").exists()]
    for source in subject.sources:
        found += [
            f"{source.name}:{node.lineno} {node.name} lacks annotations"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _untyped(node)
        ]
    return missing(*found)


def _untyped(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bare = [one.arg for one in arguments if one.annotation is None and one.arg not in {"self", "cls"}]
    return bool(bare) or (node.returns is None and node.name != "__init__")


def traps(subject: Subject) -> Verdict:
    """Look whether each trap of the vendor names tests that exist."""
    page = subject.folder / "docs" / "traps.md"
    if not page.is_file():
        return missing("there is no docs/traps.md")
    try:
        rows = trap_rows(page)
    except ValueError as error:
        return missing(str(error))
    found = [] if len(rows) >= FEWEST_TRAPS else [f"the table has {len(rows)} traps; every vendor has more"]
    for row in rows:
        found += [] if tests_named(row) else [f"no test in: {row[:60]}…"]
        found += [f"{name} does not exist" for name in absent_tests(row, subject.folder / "tests")]
    return missing(*found)


def stand_in(subject: Subject) -> Verdict:
    """Look for a sandbox or for recordings."""
    has_recordings = any((subject.folder / "tests").rglob("recordings/*.json"))
    if subject.entry_points(SANDBOXES) or has_recordings:
        return missing()
    return missing(f'no entry point in "{SANDBOXES}" and no tests/recordings/*.json')


def documented(subject: Subject) -> Verdict:
    """Look whether the README names every setting and stream."""
    text = subject.text("README.md")
    names = [field["name"] for one in subject.connectors for field in one["settings"]]
    for one in subject.connectors:
        said = one["capabilities"] or {}
        names += [entry["stream"] for entry in said.get("streams", ())]
        names += [entry["kind"] for entry in said.get("writes", ())]
    return missing(*(f"README.md does not mention {name}" for name in dict.fromkeys(names) if name not in text))


def fetches(subject: Subject) -> Verdict:
    """Look for reads by id."""
    if "pull" not in subject.hooks:
        return not_applicable("it pulls no streams")
    return missing(*([] if "fetch_records" in subject.hooks else ["fetch_records is not implemented"]))


def budget(subject: Subject) -> Verdict:
    """Look whether the vendor's quota is declared."""
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for source in subject.connector_sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    return missing(*([] if "vendor_budget" in names else ["ctx.vendor_budget is never called"]))


def licence(subject: Subject) -> Verdict:
    """Look for a licence."""
    named = subject.project.get("license")
    file = any(path.is_file() for path in subject.folder.glob("LICEN[SC]E*"))
    return missing(*([] if named else ["[project] has no license"]), *([] if file else ["there is no LICENSE file"]))


def wheel(subject: Subject) -> Verdict:
    """Build the wheel and look into it."""
    with tempfile.TemporaryDirectory(prefix="servicedesk-grade-") as folder:
        ran = subject.run(["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, "."])
        built = list(Path(folder).glob("*.whl"))
        if ran.code or not built:
            text = " ".join(ran.tail)
            if "No module named pip" in text or "Could not find a version" in text or "NewConnectionError" in text:
                return not_measured("pip is missing or cannot reach an index for the build backend")
            return missing(*ran.tail[-3:])
        names = zipfile.ZipFile(built[0]).namelist()
    found = [
        f"the wheel has no {package.name}" for package in subject.packages if not _holds(names, package.name + "/")
    ]
    found += [f"the wheel has no {p.name}/py.typed" for p in subject.packages if f"{p.name}/py.typed" not in names]
    return missing(*found, *([] if any(n.endswith("entry_points.txt") for n in names) else ["no entry points"]))


def _holds(names: list[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


RULES = (
    Rule(
        id="requirements",
        grade=Grade.GOLD,
        what="It names the right that each stream and each write needs, the lead time and the vendor's documentation.",
        why="An administrator grants no more than that, and a missing right is found at once.",
        mend="Fill documentation and lead_time ('unknown' is an answer) in Capabilities, and right, in the vendor's "
        "words, in each StreamCapability and WriteCapability.",
        look=requirements,
    ),
    Rule(
        id="typed",
        grade=Grade.GOLD,
        what="It is annotated throughout, and says so to type checkers.",
        why="Whoever takes it over reads the types first.",
        mend="Annotate what the finding names and put an empty py.typed into the package.",
        look=typed,
    ),
    Rule(
        id="traps",
        grade=Grade.GOLD,
        what="What surprises at the vendor stands in docs/traps.md, each line with the test that shows how it is met.",
        why="That knowledge is the dearest part of a connector, and it gets lost with its author.",
        mend="Write a table of three columns: the vendor, the connector, shown by `test_file.py::test_name`.",
        look=traps,
    ),
    Rule(
        id="stand-in",
        grade=Grade.GOLD,
        what="It can be tried without the vendor: a sandbox, or recorded exchanges.",
        why="A successor has no tenant of the vendor's to try changes on.",
        mend="Write a stand-in with servicedesk_core.sandboxing, or record a live connection with "
        "servicedesk_core.testing.Recorder into tests/recordings/.",
        look=stand_in,
    ),
    Rule(
        id="documented",
        grade=Grade.GOLD,
        what="The README names every setting, stream and write.",
        why="What is not described is not used, or used wrongly.",
        mend="Add what the finding names.",
        look=documented,
    ),
    Rule(
        id="fetches",
        grade=Grade.GOLD,
        what="Single records can be read by id.",
        why="Dangling references, quarantined records and suspected deletions are looked at one by one.",
        mend="Implement fetch_records with exactly one outcome for each id.",
        look=fetches,
    ),
    Rule(
        id="budget",
        grade=Grade.GOLD,
        what="The vendor's quota is declared.",
        why="It belongs to all integrations of the MSP; the kit can only keep to what it knows.",
        mend="Pass ctx.vendor_budget(requests=…, window_s=…) as the profile's budget; None says that there is none.",
        look=budget,
    ),
    Rule(
        id="licence",
        grade=Grade.GOLD,
        what="It has a licence.",
        why="Without one nobody may use it.",
        mend="Name it in [project] license and put the text into LICENSE.",
        look=licence,
    ),
    Rule(
        id="wheel",
        grade=Grade.GOLD,
        what="Its wheel builds and is complete.",
        why="What the wheel lacks is missing at every desk, although the tests are green in the folder.",
        mend="Correct the build section of pyproject.toml.",
        look=wheel,
        is_measured_by_running=True,
        can_be_exempt=False,
    ),
)
