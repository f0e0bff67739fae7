"""Figures that people agreed on and that nothing in the store tells: each says what it needs."""

from typing import Any, Final, Literal

from servicedesk_core.faces import Kpi
from servicedesk_core.features.kpi.measures import needing


def _kpi(  # noqa: PLR0917  # a row of the table below
    code: str, name: str, title: str, about: str, needs: str, unit: str, better: Literal["less", "more"]
) -> Kpi[Any]:
    return Kpi(name, title, about, needing(needs), unit=unit, better=better, over="period", code=code)


KPIS: Final = (
    _kpi("K13", "preventive-maintenance", "Preventive maintenance done",
         "Occurrences of recurring plans completed inside their window.", "recurring plans", "%", "more"),
)  # fmt: skip
"""They are listed, so that nobody takes silence for a good figure."""
