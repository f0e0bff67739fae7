"""What stands on the pages is typed as strictly as the product: an integrator's own checker says nothing about it."""

import subprocess
import sys
from pathlib import Path

import pages
import pytest


@pytest.mark.slow
def test_python_on_the_pages_passes_mypy_strict(tmp_path: Path) -> None:
    written: dict[Path, list[str]] = {}
    for block in pages.blocks("python"):
        written.setdefault(tmp_path / f"{Path(block.page).stem.replace('-', '_')}.py", []).append(block.text)
    for path, parts in written.items():
        path.write_text("\n\n".join(parts), encoding="utf-8")
    assert {"README.py", "embedding.py"} <= {path.name for path in written}
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", *written],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
