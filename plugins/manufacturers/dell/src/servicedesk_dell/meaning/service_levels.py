"""What a service level covers and how a device is served under it, as far as its description or its code tells.

Dell has thousands of codes and publishes no list; no group or flag tells hardware cover from the rest.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from servicedesk_core.domain.warranty import Delivery

_REPAIRS_NOTHING = re.compile(
    r"keep your \w+( drives?)?|(drive|media|component) retention|accident\w*( damage)?|complete ?care|batter(y|ies)"
    r"|on.?site diagnos\w+|\bdata\b|deletion|destruction|eras(ure|ing)|saniti\w+|digital delivery"
    r"|install\w*|\w*deploy\w*|configuration|training|consult\w*"
    r"|software|licen[cs]e|subscription|(tele)?phone|tech\w* (support|assist\w*)|remote (support|assist\w*)|help ?desk"
    r"|theft|recycl\w+|disposal|asset (recovery|tag\w*)",
    re.IGNORECASE,
)
"""Services beside the cover of the machine. "Onsite After Remote Diagnosis" is none: a technician comes."""
_DELIVERIES = (
    (r"parts only", Delivery.PARTS_ONLY),
    (r"advanced? exchange", Delivery.ADVANCE_EXCHANGE),
    (r"mail.?in|collect (and|&) return", Delivery.MAIL_IN),
    (r"carry.?in", Delivery.CARRY_IN),
    (r"return to depot|\bdepot\b", Delivery.DEPOT),
    (r"on.?site", Delivery.ON_SITE),
)
"""Dell says it in the description only, so most covers say nothing of it."""
_REPAIRS = re.compile(
    rf"{'|'.join(words for words, _ in _DELIVERIES)}|hardware|business day|\bNBD\b|\d ?(hour|hr)s?\b|\bparts\b|repair"
    r"|pro ?support|premium support|mission critical",
    re.IGNORECASE,
)
_PLAIN_COVER = re.compile(r"\bwarranty\b|\bbasic\b", re.IGNORECASE)
"""Names of a cover that say so only where nothing else is named: there are warranties of batteries."""


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """What codes mean that descriptions leave open.

    Attributes:
        hardware: Codes that cover hardware where the description does not tell, in upper case.
        not_hardware: Codes that do not, whatever the description says, in upper case.
    """

    hardware: Collection[str]
    not_hardware: Collection[str]

    def cover_hardware(self, code: str | None, description: str | None) -> bool | None:
        """Return whether a service level covers the machine; ``None`` for one that nobody knows.

        Args:
            code: Dell's code.
            description: Dell's words.
        """
        code = (code or "").upper()
        if code in self.not_hardware:
            return False
        told = _told(description or "")
        return True if told is None and code in self.hardware else told


@lru_cache(256)  # few descriptions, many devices
def _told(description: str) -> bool | None:
    rest = _REPAIRS_NOTHING.sub(" ", description)
    if _REPAIRS.search(rest):
        return True if rest == description else None
    if rest != description:
        return False
    return True if _PLAIN_COVER.search(rest) else None


@lru_cache(256)
def delivery(description: str | None) -> Delivery | None:
    """Return how a device is served.

    Args:
        description: Dell's words.
    """
    said = _REPAIRS_NOTHING.sub(" ", description or "").lower()
    return next((delivery for words, delivery in _DELIVERIES if re.search(words, said)), None)
