"""`python -m servicedesk_snipeit.sandbox`: serve, and print address and token as one JSON line."""

import argparse
from dataclasses import asdict
from datetime import datetime

import orjson

from servicedesk_snipeit.sandbox.launch import launch
from servicedesk_snipeit.sandbox.options import SandboxInfo


def _announce(info: SandboxInfo) -> None:
    print(orjson.dumps(asdict(info)).decode(), flush=True)  # noqa: T201


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m servicedesk_snipeit.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", dest="secret")
    parser.add_argument("--latency", type=float, default=0.0, dest="latency_s")
    parser.add_argument("--now", type=datetime.fromisoformat)
    launch(**vars(parser.parse_args()), announce=_announce)


if __name__ == "__main__":
    main()
