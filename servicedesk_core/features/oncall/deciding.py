"""Who is on call in place of somebody else, as versions of definitions."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.definitions import Version, decide, newest_values
from servicedesk_core.features.oncall.kinds import OVERRIDES, Override
from servicedesk_core.features.oncall.model import Overridden
from servicedesk_core.features.oncall.rules import Line, Listed
from servicedesk_core.features.oncall.tables import lists_of
from servicedesk_core.features.skills import TECHNICIANS
from servicedesk_core.store import Tx, audit


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides who is on call, in one transaction.

    Args:
        tx: A write transaction.
        zone: The desk's.
        at: Now.
        by: Who decides, as an actor's text.
    """

    tx: Tx
    zone: ZoneInfo
    at: datetime
    by: str

    def listed(self, name: str) -> Listed:
        """Return an on-call list.

        Raises:
            NotFoundLocallyError: There is none of that name.
        """
        lists = {one.name: one for one in lists_of(self.tx, self.zone)}
        if name not in lists:
            message = f'There is no on-call list "{name}".{did_you_mean(name, lists)}'
            raise NotFoundLocallyError(message, hint=f"There are {', '.join(lists) or 'none'}.")
        return lists[name]

    def override(
        self, listed: Listed, line: Line, technician: str, *, starts: datetime, ends: datetime, reason: str
    ) -> Overridden:
        """Keep that somebody has a place for a time.

        Raises:
            NotFoundLocallyError: There is no such technician.
            SettingsError: The time has passed, or ends before it begins.
        """
        known = [one.name for one in newest_values(self.tx, TECHNICIANS)]
        if technician not in known:
            message = f'There is no technician "{technician}" in the definitions.{did_you_mean(technician, known)}'
            raise NotFoundLocallyError(message, hint=f"There are {', '.join(known) or 'none'}.")
        if ends <= max(starts, self.at):
            raise SettingsError("It ends before it begins, or has passed.", hint="Say --from and --until.")
        before = next((one.technician for one in listed.at(starts) if one.line is line), None)
        name = f"{listed.name}-{line.value}-{starts:%Y%m%dT%H%M%S}-{self.at:%Y%m%dT%H%M%S%f}"
        value = Override.model_validate(
            {"name": name, "list_name": listed.name, "starts": starts, "ends": ends, line.value: technician}
        )
        audit.take_turn(self.tx)
        decide(self.tx, OVERRIDES, name, value, Version(0, self.at, self.by, reason or f"on call: {technician}", None))
        told = f"{technician} is {line.value} from {starts.isoformat()} to {ends.isoformat()}"
        audit.append(
            self.tx, at=self.at, actor=self.by, action="oncall.overridden", entity=f"oncall:{listed.name}", reason=told
        )
        return Overridden(listed.name, line, technician, before, starts, ends)
