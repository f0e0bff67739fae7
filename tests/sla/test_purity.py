"""The pure core is a library: it needs no store, no connector and no network, and imports neither."""

import subprocess
import sys

PROGRAM = """
import sys

IMPURE = "alembic asyncio httpx jinja2 pluggy rich sqlalchemy sqlite3 stevedore typer".split()

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in IMPURE:
            raise ImportError(f"{name} is not pure")

sys.meta_path.insert(0, Refuse())
from tests.sla.office import completion, created

print(completion([created("03-02 16:30")], "03-02 17:00").due_at)
print(*sorted(name for name in sys.modules if name.startswith("servicedesk_core.")), sep="\\n")
"""


def test_clocks_are_judged_without_a_database_a_network_or_a_command_line():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    due, *modules = done.stdout.splitlines()
    assert due == "2026-03-05 15:30:00+00:00"
    assert {name.split(".")[2] for name in modules if name.startswith("servicedesk_core.features.")} == {"sla"}
