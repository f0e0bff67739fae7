"""Calendars of technicians over CalDAV (RFC 4791): when they are busy."""

from servicedesk_core.connectors.caldav.connector import CalDav
from servicedesk_core.connectors.caldav.settings import CalDavSettings

__all__ = ["CalDav", "CalDavSettings"]
