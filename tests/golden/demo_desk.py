"""The made-up desk of ``servicedesk demo``, on a clock that stands still."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core.machine import sandboxes
from servicedesk_core.sandboxing import serve
from tests.golden.running import Ran, run

TICKETS = 60
_MORE: dict[str, dict[str, Any]] = {
    "autotask": {"tickets": TICKETS, "time_scale": 0.001},
    "lenovo": {"any_serial": True},
}
"""What the stand-ins are told beside their time, as the program tells them."""


def make(folder: Path) -> Ran:
    """Run the demo in this process; what it leaves behind is in the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandboxes, "running_sandboxes", _running)
        return run("demo", "--dir", folder.name, "--tickets", str(TICKETS))


@contextmanager
def _running(
    wanted: Mapping[str, Sequence[str]], *, meanwhile: Callable[[], object]
) -> Iterator[dict[str, sandboxes.RunningSandbox]]:
    """Serve the stand-ins from threads: their clocks stand still, where those of processes run."""
    meanwhile()
    with ExitStack() as stack:
        yield {name: stack.enter_context(_one(name, arguments)) for name, arguments in wanted.items()}


@contextmanager
def _one(name: str, arguments: Sequence[str]) -> Iterator[sandboxes.RunningSandbox]:
    vendor = importlib.import_module(f"servicedesk_{name}.sandbox")
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    now, state = datetime.fromisoformat(given["--now"]), Path(given["--state"])
    options = vendor.SandboxOptions(now=now, state=state, **_MORE.get(name, {}))
    sandbox: Any = vendor.Sandbox(options)
    try:
        with serve(sandbox) as url:
            accepted = {key: value for key, value in sandbox.told(url).items() if key != "url"}
            yield sandboxes.RunningSandbox(url, accepted, process=None)  # type: ignore[arg-type]  # there is none
    finally:
        sandbox.close()
