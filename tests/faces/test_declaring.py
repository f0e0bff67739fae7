"""What features declare is whole: columns with a meaning, parameters with help, scopes, light first imports."""

import inspect
import subprocess
import sys
from dataclasses import fields
from decimal import Decimal

import pytest

from servicedesk_core.desk import own_features
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Query, query
from servicedesk_core.faces.column import columns_of
from servicedesk_core.faces.written import value_of
from servicedesk_core.features import FEATURES, own

OFFERS = [offer for name in FEATURES for offer in own(name).offers().values()]


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_every_field_of_a_row_is_a_column_with_a_meaning(offer):
    if offer.row is not None:
        assert {field.name for field in fields(offer.row)} <= columns_of(offer.row).keys()
        assert all(column.about and column.title for column in columns_of(offer.row).values())


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_everything_offered_says_what_it_is(offer):
    assert offer.about.endswith(".")
    assert offer.__doc__
    assert all(parameter.help.text for parameter in offer.parameters)


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_what_names_a_record_leads_to_it(offer):
    known = {one.name: {parameter.spelled for parameter in one.parameters} for one in OFFERS}
    columns = columns_of(offer.row) if offer.row is not None else {}
    for name, column in columns.items():
        call, _, parameter = column.leads.partition(":")
        assert not call or parameter in {"", *known[call]}, name
        if isinstance(column.by, str):
            is_worked_out = isinstance(getattr(offer.row, column.by or "", None), property)
            assert is_worked_out or column.by in {"", *columns}, name
        if name in {"ticket", "ticket_number", "follow_up"}:
            assert call == "tickets.show", name


def test_names_of_a_feature_begin_with_its_own():
    for name in FEATURES:
        assert own(name).name == name
        assert all(f"{offer.name}.".startswith(f"{name}.") for offer in own(name).offers().values())


def test_a_query_takes_a_scope_or_says_why_not():
    with pytest.raises(TypeError, match="scope"):

        @query("x.list", about="X.")
        def list_them(self, tx): ...

    assert isinstance(own("audit").asking.verify, Query)
    assert own("audit").asking.verify.unscoped


def test_what_features_bring_is_known_without_libraries():
    blocked = "import sys; sys.modules |= dict.fromkeys(('sqlalchemy', 'httpx', 'typer')); "
    code = (
        blocked + "from servicedesk_core.features import FEATURES, own; print(*(own(name).name for name in FEATURES))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == list(FEATURES)


def test_type_checkers_know_the_part_of_each_feature():
    text = inspect.getsource(own_features)
    assert [name for name in FEATURES if own(name).queries and f"        {name}: " not in text] == []


@pytest.mark.parametrize("word", ["NaN", "sNaN", "Infinity", "2,5"])
def test_what_is_no_number_is_refused_where_it_is_said(word):
    (offer,) = [offer for offer in OFFERS if offer.name == "parts.order"]
    (most,) = [one for one in offer.parameters if one.name == "max_price"]
    assert value_of(most, "2.5", None) == Decimal("2.5")
    with pytest.raises(SettingsError, match=f'max-price: "{word}" is no number'):
        value_of(most, word, None)


def test_what_is_none_of_the_words_is_told_with_the_option_and_the_words():
    (offer,) = [offer for offer in OFFERS if offer.name == "billing.exceptions"]
    (why,) = [one for one in offer.parameters if one.name == "why"]
    with pytest.raises(SettingsError, match='"bogus" is no value of why') as caught:
        value_of(why, "bogus", None)
    assert "not approved" in caught.value.hint


def test_features_can_be_told_apart_by_programs_that_remember_them():
    assert len({own(name) for name in FEATURES}) == len(FEATURES)
