"""Tells systemd that the server has begun and that it still lives; nothing where systemd did not start it.

The protocol is sd_notify(3): datagrams to the socket that ``NOTIFY_SOCKET`` names.
"""

import os
import socket
from contextlib import suppress

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


def tell(state: str) -> None:
    """Tell the supervisor a state; one that does not listen is no fault of the server's."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.send(state.encode())
