"""What stands on standard error: lines for people, or one JSON object a line for what collects logs."""

import json
import logging
import time

from servicedesk_core.printing import escaped


class TextLines(logging.Formatter):
    """Lines for people, with the instant in UTC where nobody was there when they were written.

    Args:
        dated: Whether the instant stands before each line.
        named: Whether level and logger do.
    """

    def __init__(self, *, dated: bool, named: bool) -> None:
        what = "%(levelname)s %(name)s: %(message)s" if named else "%(message)s"
        super().__init__(f"%(asctime)sZ {what}" if dated else what, datefmt="%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime


class JsonLines(logging.Formatter):
    """One object a line: ``time`` (UTC), ``level``, ``logger``, ``process``, ``message``; of an error its facts."""

    def __init__(self) -> None:
        super().__init__()
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        line = {
            "time": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        line |= {"traceback": record.exc_text} if record.exc_text else {}  # made, and masked, by the handler's filter
        line |= getattr(record, "facts", {})
        return escaped(json.dumps(line, ensure_ascii=False, default=str))


def json_line(level: str, message: str, **facts: object) -> str:
    """Return a line that the program says itself, such as why it ends; facts that are ``None`` are left out."""
    number = logging.getLevelNamesMapping()[level]
    record = logging.LogRecord("servicedesk.cli", number, "", 0, message, None, None)
    record.facts = {name: value for name, value in facts.items() if value is not None}
    return JsonLines().format(record)
