"""Recorded exchanges: made once from a live connection, redacted, and replayed in tests without a network."""

from servicedesk_core.testing.recording.live import live_connection
from servicedesk_core.testing.recording.recorder import Recorder
from servicedesk_core.testing.recording.replayer import Replayer, UnrecordedRequestError

__all__ = ["Recorder", "Replayer", "UnrecordedRequestError", "live_connection"]
