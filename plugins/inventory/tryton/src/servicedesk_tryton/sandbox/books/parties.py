"""Parties with what hangs on them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from servicedesk_tryton.sandbox.records import Records
from servicedesk_tryton.sandbox.wire import user_error

_BELOW: Final = {
    "addresses": "party.address", "identifiers": "party.identifier", "contact_mechanisms": "party.contact_mechanism",
}  # fmt: skip
_VAT_LENGTH: Final = 8


def create_parties(records: Records, values: Sequence[Mapping[str, Any]]) -> list[int]:
    """Make parties, all or none.

    Raises:
        ServerError: A code is taken, or a tax number is none.
    """
    for one in values:
        if one.get("code") is not None and records.all("party.party", code=one["code"]):
            raise user_error("The code on party must be unique.")
        for identifier in _listed(one.get("identifiers")):
            if identifier["type"] == "eu_vat" and len(identifier["code"]) < _VAT_LENGTH:
                raise user_error(
                    f'The European VAT Number "{identifier["code"]}" for party "{one["name"]}" is not valid.'
                )
    return [_made(records, one) for one in values]


def _made(records: Records, values: Mapping[str, Any]) -> int:
    digits = [int(row["code"]) for row in records.all("party.party") if str(row["code"]).isdecimal()]
    code = values.get("code") or str(max(digits, default=0) + 1)
    row = records.add("party.party", name=values["name"], code=code, active=1, replaced_by=None)
    for field, model in _BELOW.items():
        for one in _listed(values.get(field)):
            records.add(model, **{"city": None, **one} if model == "party.address" else one, party=row["id"])
    return int(row["id"])


def _listed(commands: Any) -> list[Mapping[str, Any]]:
    return [one for _, some in commands or () for one in some]
