"""Whatever goes wrong with a record is a MappingError without record text."""

import pytest

from servicedesk_core.domain import Company, Ticket
from servicedesk_core.errors import HookError, MappingError, ServiceDeskError
from servicedesk_core.hooks import Connector, Mapped, hookimpl

PRIVATE = "the customer's private words"


class Acme(Connector):
    @hookimpl
    def map_record(self, stream, raw):
        return raw["do"](raw)

    @hookimpl
    def mapping_version(self, stream):
        return stream


def mapped(calls_of, do):
    return calls_of(Acme).mapper("tickets")({"do": do, "title": PRIVATE})


def raises(error):
    def do(raw):
        raise error

    return do


def test_a_good_record_is_mapped(calls_of):
    ticket = Ticket(external_id="1", title="x")
    assert mapped(calls_of, lambda raw: Mapped(ticket)).entity is ticket


def test_a_misfit_names_fields_but_no_values(calls_of):
    with pytest.raises(MappingError) as caught:
        mapped(calls_of, lambda raw: Mapped(Ticket(external_id="", status_category=raw["title"], nonsense=1)))
    error = caught.value
    assert "external_id (string_too_short)" in error.message
    assert "status_category (enum)" in error.message
    assert error.connection == "psa"
    assert error.__suppress_context__  # pydantic's own text repeats the values
    assert PRIVATE not in str(error)


@pytest.mark.parametrize("error", [KeyError(PRIVATE), RecursionError(), SystemExit(1)])
def test_a_crash_spoils_only_its_record(calls_of, error):
    with pytest.raises(MappingError) as caught:
        mapped(calls_of, raises(error))
    assert type(error).__name__ in caught.value.message
    assert "test_mapping.py" in caught.value.detail
    assert PRIVATE not in str(caught.value) + caught.value.detail


def test_a_mapping_error_of_the_connector_passes(calls_of):
    with pytest.raises(MappingError, match="no title") as caught:
        mapped(calls_of, raises(MappingError("The record has no title.")))
    assert caught.value.connection == "psa"


@pytest.mark.parametrize(
    "answer", [None, Ticket(external_id="1"), Mapped(Company(external_id="1", name="x")), Mapped(None)]
)
def test_garbage_spoils_only_its_record(calls_of, answer):
    with pytest.raises(MappingError, match="broke the contract"):
        mapped(calls_of, lambda raw: answer)


def test_a_mapping_version_must_fit_its_column(calls_of):
    assert calls_of(Acme).mapping_version("tickets") == "tickets"
    for wrong in ("", "x" * 65):
        with pytest.raises(HookError, match="1 to 64"):
            calls_of(Acme).mapping_version(wrong)


def test_an_argument_that_the_connector_leaves_out_is_not_passed(calls_of):
    class OneStream(Connector):
        @hookimpl
        def map_record(self, raw):
            return Mapped(Ticket(external_id=raw["id"]))

    assert calls_of(OneStream).mapper("tickets")({"id": "1"}).entity.external_id == "1"


def test_interrupting_is_not_a_mapping_error(calls_of):
    with pytest.raises(KeyboardInterrupt):
        mapped(calls_of, raises(KeyboardInterrupt()))
    assert not issubclass(KeyboardInterrupt, ServiceDeskError)
