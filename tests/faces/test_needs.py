"""A feature knows another only when it says so, through one door, and never in a circle."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import servicedesk_core
import servicedesk_core.features
from servicedesk_core.features import FEATURES, own

ROOM = "servicedesk_core.features"
FOLDER = Path(servicedesk_core.features.__file__).parent


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that a file names in an import, as far as it can be told."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            if node.module == ROOM:
                yield from (f"{ROOM}.{alias.name}" for alias in node.names if (FOLDER / alias.name).is_dir())


def others(feature: str) -> set[str]:
    """What a feature imports of other features, by the name of the module."""
    files = (FOLDER / feature).rglob("*.py")
    found = {name for file in files for name in imported(ast.parse(file.read_text()))}
    return {name for name in found if name.startswith(f"{ROOM}.") and name.split(".")[2] != feature}


def names_of(text: str) -> list[str]:
    return re.findall(r"import (\w+) as \1\b", text)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_imports_another_only_when_it_needs_it_and_only_from_the_package(feature):
    assert others(feature) <= {f"{ROOM}.{needed}" for needed in own(feature).needs}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_needs_nothing_that_it_does_not_import(feature):
    assert {f"{ROOM}.{needed}" for needed in own(feature).needs} <= others(feature)


def test_needs_have_no_circle():
    left = {name: set(own(name).needs) for name in FEATURES}
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys()}
        assert free, f"these need each other: {', '.join(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def test_the_check_sees_every_way_to_import():
    text = "import servicedesk_core.features.audit.files\nfrom servicedesk_core.features import quarantine\n"
    text += "def later():\n    from servicedesk_core.features.tickets.model import TicketRow\n"
    assert {name for name in imported(ast.parse(text)) if name.startswith(f"{ROOM}.")} == {
        f"{ROOM}.audit.files",
        f"{ROOM}.quarantine",
        f"{ROOM}.tickets.model",
    }


def test_no_name_that_a_package_offers_lazily_is_also_a_module_in_it():
    for package in Path(servicedesk_core.__file__).parent.rglob("__init__.py"):
        text = package.read_text()
        inside = {one.stem for one in package.parent.iterdir()} if "lazily(__name__" in text else set()
        at_once = set(names_of(text.partition("else:")[2]))
        assert not set(names_of(text)) & inside - at_once, f"whoever imports the module first hides a name of {package}"
