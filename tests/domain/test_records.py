"""Records made without validation are like those that were validated."""

import pytest

from servicedesk_core.domain import STREAMS, Ticket


@pytest.mark.parametrize("entity", STREAMS.values(), ids=STREAMS)
def test_a_blank_has_every_field_and_its_default(entity):
    blank = entity.blank()
    assert list(blank) == list(entity.model_fields)
    for name, field in entity.model_fields.items():
        assert blank[name] == (None if field.is_required() else field.get_default(call_default_factory=True))


def test_no_two_records_share_a_dictionary():
    one, other = Ticket.trusted(Ticket.blank()), Ticket.trusted(Ticket.blank())
    assert one.custom_fields == other.custom_fields == {}
    assert one.custom_fields is not other.custom_fields


def test_a_trusted_record_equals_the_validated_one():
    valid = Ticket(external_id="1", title="Printer", custom_fields={"Rack": "7"})
    trusted = Ticket.trusted(Ticket.blank() | {"external_id": "1", "title": "Printer", "custom_fields": {"Rack": "7"}})
    assert trusted == valid
    assert trusted.model_dump() == valid.model_dump()
    assert trusted.model_copy(update={"title": "Scanner"}).title == "Scanner"
    assert trusted.title == "Printer"
