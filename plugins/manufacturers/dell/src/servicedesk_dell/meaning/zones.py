"""Time zones as Dell spells them, by IANA name; the whole list is not published."""

ZONES = {
    "America/New_York": "US/Eastern",
    "America/Detroit": "US/Michigan",
    "America/Indiana/Indianapolis": "US/East-Indiana",
    "America/Chicago": "US/Central",
    "America/Denver": "US/Mountain",
    "America/Phoenix": "US/Arizona",
    "America/Los_Angeles": "US/Pacific",
    "America/Anchorage": "US/Alaska",
    "Pacific/Honolulu": "US/Hawaii",
}


def zone_name(iana: str, own: dict[str, str]) -> tuple[str, bool]:
    """Return Dell's name of a zone, and whether it is a known one.

    Args:
        iana: IANA name of the zone.
        own: The operator's own names.
    """
    if iana in own:
        return own[iana], True
    name = ZONES.get(iana, iana)
    return name, name.startswith("US/")
