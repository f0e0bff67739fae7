"""Turns configuration and plugins into open connections."""

from servicedesk_core.host.connection import ConnectionTest, OpenConnection
from servicedesk_core.host.host import Host

__all__ = ["ConnectionTest", "Host", "OpenConnection"]
