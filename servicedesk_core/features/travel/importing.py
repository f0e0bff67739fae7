"""Coordinates as other programs write them: CSV with a row for each client, site or technician. Pure."""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from servicedesk_core.definitions.key import Key
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.rota import Rows
from servicedesk_core.features.travel.kinds import HOMES, PLACES, Home, Place

COLUMNS: Final = ("technician", "company", "site", "latitude", "longitude")
_NEEDED: Final = ("latitude", "longitude")


def text_in(path: Path) -> str:
    """Return what is in a file.

    Raises:
        SettingsError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SettingsError(f"{path} cannot be read: {why}.", hint="Name a CSV file in UTF-8.") from error


def places_in(
    text: str, names: Mapping[str, str], others: Mapping[Key, BaseModel], found: Rows
) -> dict[Key, BaseModel]:
    """Return definitions of homes and places. What is wrong is told there, each with its line.

    Args:
        text: The file.
        names: Names of technicians in definitions by every word for one, in small letters.
        others: What stands in other files.
        found: Where problems are told.
    """
    lines = text.splitlines()
    reader = csv.DictReader(lines, delimiter=";" if lines and ";" in lines[0] else ",", strict=True)
    made: dict[Key, BaseModel] = {}
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        if missing := [name for name in _NEEDED if name not in reader.fieldnames]:
            known = ", ".join(COLUMNS)
            found.tell(1, f"there is no column {', '.join(missing)}; the first line names columns: {known}.")
            return {}
        for row in reader:
            values = {name: (row.get(name) or "").strip() for name in COLUMNS}
            if any(values.values()) and (one := _read(values, reader.line_num, names, found)) is not None:
                _add(one, reader.line_num, made, others, found)
    except csv.Error as error:
        found.tell(reader.line_num + 1, f"is no CSV: {error}")
    return made


def _read(values: Mapping[str, str], line: int, names: Mapping[str, str], found: Rows) -> Home | Place | None:
    who, company, site = values["technician"], values["company"], values["site"]
    if bool(who) is bool(company):
        found.tell(line, "names either a technician or a company.")
        return None
    if who and who.casefold() not in names:
        known = ", ".join(sorted(set(names.values()))) or "none"
        found.tell(line, f'"{who}" is no technician; there are: {known}.')
        return None
    about: dict[str, Any] = {one: values[one].replace(",", ".") for one in _NEEDED}
    try:
        if who:
            name = names[who.casefold()]
            return Home.model_validate({"name": name, "technician": name, **about})
        about |= {"name": _slug(f"{company} {site}"), "company": company, "site": site or None}
        return Place.model_validate(about)
    except ValidationError as error:
        for one in error.errors():
            where = str(one["loc"][0])
            found.tell(line, f"{where} is no number of degrees that there is: {values.get(where, '')!r}.")
        return None


def _add(
    one: Home | Place, line: int, made: dict[Key, BaseModel], others: Mapping[Key, BaseModel], found: Rows
) -> None:
    key = Key(HOMES.name if isinstance(one, Home) else PLACES.name, one.name)
    if key in made or key in others:
        found.tell(line, f"{key} is said already{'' if key in made else ', in another file'}.")
        return
    made[key] = one


def _slug(words: str) -> str:
    """Return a name for a place: its own in plain letters, with a hash where letters are left out."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    name = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    if plain.isascii():
        return name or "place"
    return f"{name or 'place'}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"
