"""What figures were once, to tell how far they have come since: ``[baselines.NAME]``."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, field_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Feature, Goal

_VALUE: Final = re.compile(r"\d.*")


class Baseline(Model):
    """What figures were in a time that others are compared with, such as the year before anything was changed."""

    name: Annotated[str, Field(min_length=1)]
    about: str = Field(default="", description="When and how it was measured.")
    figures: Mapping[str, str] = Field(
        description='Values by the name or the number of the figure, such as "31.5 hours" or "82 %".'
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds. None = since ever.")

    @field_validator("figures")
    @classmethod
    def _are_values(cls, figures: Mapping[str, str]) -> Mapping[str, str]:
        for value in figures.values():
            if not _VALUE.match(value):
                msg = f'"{value}" is no value; write a number and its unit, such as 31.5 hours'
                raise ValueError(msg)
            Goal.of(f"= {value}")
        return figures

    def of(self, *keys: str) -> Decimal | None:
        """Return what a figure was, by its name or its number; ``None`` = that is not told."""
        return next((Goal.of(f"= {self.figures[key]}").value for key in keys if key in self.figures), None)


def problems(baseline: Baseline, features: Sequence[Feature]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with values beside the figures that there are: where, and what would be right."""
    known = {key: kpi for feature in features for kpi in feature.figures for key in (kpi.name, kpi.code) if key}
    for key, value in baseline.figures.items():
        if key not in known:
            yield ("figures", key), f'there is no figure "{key}".{did_you_mean(key, known)}'
        elif not Goal.of(f"= {value}").is_in(known[key].unit):
            yield ("figures", key), f'"{value}" is in another unit; the figure is in {known[key].unit or "no unit"}.'


BASELINES: Final = DefinitionKind("baselines", "baseline", Baseline, check=problems)


def before(baselines: Iterable[Baseline], *keys: str) -> Decimal | None:
    """Return what a figure was by the last baseline, in the order of their names, that tells it."""
    told = [value for one in sorted(baselines, key=lambda one: one.name) if (value := one.of(*keys)) is not None]
    return told[-1] if told else None
