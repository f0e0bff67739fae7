"""What a measured process is given, and what it says about itself."""

import os
import re
from pathlib import Path

_PER_MB = 1024


def own_peak_mb() -> float:
    """Return the most memory that this process ever had.

    Not ``ru_maxrss``: that begins with the size of the process that started this one.

    Raises:
        RuntimeError: The kernel does not say.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if found is None:
        message = "the kernel does not say how much memory the process had"
        raise RuntimeError(message)
    return int(found[1]) / _PER_MB


def compiled_once(folder: str) -> dict[str, str]:
    """Return the environment of processes that find their modules compiled, as where they are installed.

    Args:
        folder: Where the first of them leaves what it compiled.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": folder}
