"""Public holidays of a country, for those who draw up a calendar."""

from collections.abc import Iterable, Mapping
from datetime import date


def public_holidays(country: str, years: Iterable[int], *, region: str | None = None) -> Mapping[date, str]:
    """Return the public holidays of a country, by day, with their names.

    A calendar keeps the days, not the country: a later edition of the list changes no clock of the past. Leave out
    those on which you work, and add your own.

    Args:
        country: ISO 3166 code, such as ``US``.
        years: Which years.
        region: State or province, such as ``NY``; ``None`` = only what holds in the whole country.

    Raises:
        ValueError: There is no such country or region.
    """
    from holidays import country_holidays  # noqa: PLC0415  # takes long, and few draw up calendars

    try:
        found = country_holidays(country.upper(), subdiv=region and region.upper(), years=sorted(set(years)))
    except NotImplementedError as error:
        where = country if region is None else f"{country}, {region}"
        msg = f"no public holidays are known of {where}; give the days themselves"
        raise ValueError(msg) from error
    return dict(sorted(found.items()))
