"""`python -m servicedesk_dell.sandbox`: serve, and print address and credentials as one JSON line."""

import argparse
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import orjson

from servicedesk_dell.sandbox.launch import launch
from servicedesk_dell.sandbox.options import SandboxInfo


def _announce(info: SandboxInfo) -> None:
    print(orjson.dumps(asdict(info)).decode(), flush=True)  # noqa: T201


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m servicedesk_dell.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--username")
    parser.add_argument("--secret")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, dest="latency_s")
    parser.add_argument("--now", type=datetime.fromisoformat)
    launch(**vars(parser.parse_args()), announce=_announce)


if __name__ == "__main__":
    main()
