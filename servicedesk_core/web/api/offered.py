"""What the API offers: every query of a feature, at an address made of its name."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from servicedesk_core.faces import Feature, Query

ROOT: Final = "/api/v1"
"""Rises when a document's version would not be enough to tell what changed."""


def queries_of(features: Iterable[Feature]) -> dict[str, Query[..., Any]]:
    """Return all queries that a program can ask from afar, by address."""
    return {address_of(one): one for feature in features for one in _asked(feature)}


def address_of(query: Query[..., Any]) -> str:
    """Return where a query is answered: ``tickets.list`` at ``/api/v1/tickets/list``."""
    return f"{ROOT}/{query.name.replace('.', '/')}"


def _asked(feature: Feature) -> Iterator[Query[..., Any]]:
    for offer in feature.offers(acts=False).values():
        if isinstance(offer, Query) and not any(one.is_file for one in offer.parameters):
            yield offer
