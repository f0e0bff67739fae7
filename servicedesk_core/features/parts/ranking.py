"""By whose rule offers are ordered: ours, or that of a feature that somebody installed."""

import logging
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.parts import Offered, ranked
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Feature
from servicedesk_core.faces.reference import named

RULE: Final = "parts.rank"

_log = logging.getLogger("servicedesk.parts")


def in_order(
    features: Iterable[Feature], offers: Sequence[Offered], needed: Decimal, currency: str | None
) -> tuple[list[list[Offered]], str | None]:
    """Return offers by part, the best first, and by whose rule, as a sentence; ``None`` = by ours.

    A rule that fails spoils nothing: the usual one stands then, and that is said.

    Args:
        features: All features of the desk.
        offers: Of all sources, in any order.
        needed: How many are needed.
        currency: In which prices are compared.

    Raises:
        SettingsError: Several features bring a rule.
    """
    having = [one for one in features if RULE in one.rules]
    if len(having) > 1:
        message = f"Several features decide which offer comes first: {', '.join(one.name for one in having)}."
        raise SettingsError(message, hint="Switch off all but one of them: disable in [plugins].")
    for feature in having:
        try:
            return ranked(offers, needed, currency, named(feature.rules[RULE])), f"In the order of {feature.name}."
        except Exception as error:  # noqa: BLE001  # somebody else's code, whose text may hold anything
            failed = f"The rule of {feature.name} failed ({type(error).__name__}), so the usual order stands."
            _log.warning(failed)
            return ranked(offers, needed, currency), failed
    return ranked(offers, needed, currency), None
