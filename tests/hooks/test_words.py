"""Words that are alike on two boards: read by their board, and written back to the right one."""

import pytest

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import FieldInfo, FieldValue, VocabularyMapping
from servicedesk_core.plugins.vocabulary import vocabulary

STATUS = FieldInfo(
    "status",
    label="Status",
    maps_to="status_category",
    values=(
        FieldValue("1", "Waiting", parent="10", parent_label="Support"),
        FieldValue("2", "Waiting", parent="20", parent_label="Projects"),
        FieldValue("3", "Done", parent="10", parent_label="Support"),
        FieldValue("4", "Gone", is_active=False, parent="10", parent_label="Support"),
    ),
)


def test_a_word_of_a_board_wins_over_the_word_alone():
    words = VocabularyMapping.model_validate(
        {
            "status": {"Waiting": "waiting_customer", "Projects/Waiting": "waiting_vendor"},
            "priority": {"Gold/1": "P1", "1": "P3"},
        }
    )
    assert words.status_of("Waiting", within="Support") is StatusCategory.WAITING_CUSTOMER
    assert words.status_of("Waiting", within="Projects") is StatusCategory.WAITING_VENDOR
    assert words.status_of("Waiting") is StatusCategory.WAITING_CUSTOMER
    assert words.status_of("Zorbing", within="Projects") is None
    assert words.priority_of("1", within="Gold") is Priority.P1


@pytest.mark.parametrize(
    ("word", "parent", "value"),
    [("Done", None, "3"), ("Waiting", "20", "2"), ("Projects/Waiting", None, "2"), ("Support/Waiting", "10", "1")],
)
def test_a_word_is_written_back_as_the_value_of_its_board(word, parent, value):
    assert STATUS.value_of(word, parent=parent).value == value


@pytest.mark.parametrize(
    ("word", "parent", "hint"),
    [
        ("Waiting", None, "Projects/Waiting, Support/Waiting"),
        ("Done", "20", "There are: Projects/Waiting"),
        ("Projects/Waiting", "10", "There are: Support/Done, Support/Waiting"),
        ("Gone", None, "Support/Done"),
    ],
)
def test_a_word_of_no_value_or_of_several_is_refused(word, parent, hint):
    with pytest.raises(RejectedError) as refused:
        STATUS.value_of(word, parent=parent)
    assert hint in refused.value.hint
    assert refused.value.field_errors == ("status_category",)


def test_one_meaning_is_proposed_for_what_is_called_alike():
    proposed = vocabulary({"tickets": (STATUS,)}).tables["status"]
    assert list(proposed) == ["Waiting", "Done"]
