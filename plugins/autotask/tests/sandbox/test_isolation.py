"""The stand-in shares no code with what it tests."""

import ast
import sys
from pathlib import Path

import servicedesk_autotask.sandbox

ALLOWED = {"orjson"}


def imported(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_imports_only_itself_and_the_kit():
    for file in Path(servicedesk_autotask.sandbox.__file__).parent.rglob("*.py"):
        for name in imported(file.read_text()):
            own = name.startswith(("servicedesk_autotask.sandbox", "servicedesk_core.sandboxing"))
            root = name.split(".")[0]
            assert own or root in ALLOWED or root in sys.stdlib_module_names, (file, name)
