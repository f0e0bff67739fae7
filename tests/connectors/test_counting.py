"""Keys of scattered rows stay right when the counts no longer fit into memory, and the memory stays flat."""

import subprocess
import sys

import pytest

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.keys import SpillingCounter
from servicedesk_core.connectors.tabular.source import Part, keyed_rows


def test_counts_are_exact_beyond_the_memory():
    counter = SpillingCounter(limit=100)
    keys = [number * 0x9E3779B97F4A7C15 % (1 << 63) - (1 << 62) for number in range(1_000)]
    for _ in range(3):
        for key in keys:
            counter.add(key)
    assert {counter.get(key) for key in keys} == {3}
    assert counter.get(1) == 0
    counter.close()


def test_scattered_rows_have_the_same_keys_however_little_is_kept_in_memory(logs, tmp_path):
    lines = [f"T{case},work,Ana,2024-01-01T08:00:{number % 5:02}Z,\n" for number in range(40) for case in range(50)]
    path = logs.write(tmp_path / "log.csv", "case,step,who,at,customer\n" + "".join(lines))
    parts = [Part(path, FileMapping.model_validate(logs.event_file(path)), None)]
    plenty = [row.record for row in keyed_rows(parts)]
    little = [row.record for row in keyed_rows(parts, counter_limit=30)]
    assert little == plenty
    assert len({record.external_id for record in plenty}) == 2_000


_MEASURE = """
import resource, sys
from pathlib import Path
from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.source import Part, pages
path, rows, cases = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[2]) // 5
with path.open("w") as file:
    file.write("case,step,at\\n")
    for n in range(rows):
        file.write(f"T{n * 7919 % cases},step {n % 7},2024-01-01T00:00:{n % 60:02}.{n:09}Z\\n")
columns = {"ticket_ref": "case", "effective_at": "at", "vendor_word": "step"}
mapping = FileMapping(path=str(path), layout="event", columns=columns)
read = sum(len(page.records) for page, _ in pages([Part(path, mapping, None)], resume=None, size=5000, ids_only=False))
assert read == rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_is_flat_for_scattered_cases(tmp_path):
    def peak(rows: int) -> int:
        command = [sys.executable, "-c", _MEASURE, str(tmp_path / "log.csv"), str(rows)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert peak(400_000) <= 1.2 * peak(100_000)
