"""What a measured process says about itself."""

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
