"""What a draft of a document is known by."""

from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source

LINE = DraftLine(
    sells=Sold.LABOUR,
    description="Work",
    quantity=Decimal("1.5"),
    unit_price=Decimal(100),
    amount=Decimal("150.00"),
    sources=(Source(connection="psa", stream="time_entries", ref="7"),),
)
DRAFT = Draft(
    connection="psa",
    company_ref="174",
    company="Example Client",
    first=date(2026, 10, 1),
    last=date(2026, 10, 31),
    currency="EUR",
    lines=(LINE,),
)


def test_a_digest_stands_for_the_content_and_not_for_how_it_is_written() -> None:
    alike = LINE.model_copy(update={"amount": Decimal("150.0")})
    assert DRAFT.model_copy(update={"lines": (alike,)}).digest == DRAFT.digest
    assert Draft.model_validate_json(DRAFT.model_dump_json()).digest == DRAFT.digest
    assert DRAFT.net == 150


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": Decimal("150.01")},
        {"description": "Other work"},
        {"sources": (Source(connection="psa", stream="time_entries", ref="8"),)},
    ],
)
def test_any_change_of_a_line_is_another_digest(changed: dict[str, object]) -> None:
    assert DRAFT.model_copy(update={"lines": (LINE.model_copy(update=changed),)}).digest != DRAFT.digest
