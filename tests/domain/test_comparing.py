"""Whether values of a field say the same, or a list is on the way from one to the other."""

import pytest

from servicedesk_core.domain.comparing import between


@pytest.mark.parametrize(
    ("was", "shown", "wanted", "is_between"),
    [
        (["ana"], ["ana", "ben"], ["ben"], True),
        (["ana"], ["ben"], ["ben"], True),
        (["ana", "cho"], ["cho", "ben"], ["ben", "cho"], True),
        ([], ["ben"], ["ben", "cho"], True),
        (["ana"], ["ana", "dan"], ["ben"], False),
        (["ana", "cho"], ["ana", "ben"], ["ben", "cho"], False),
        ("ana", "ben", "cho", False),
        (None, "ben", ["ben"], False),
    ],
)
def test_a_list_is_between_two_when_it_has_what_both_have_and_nothing_besides(was, shown, wanted, is_between):
    assert between(was, shown, wanted) is is_between
