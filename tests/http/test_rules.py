"""Rules are checked when they are written."""

import re

import pytest

from servicedesk_core.http import Outcome, Rule


@pytest.mark.parametrize("mistake", [{"body_matches": "(unclosed"}, {"header": ("x", "*")}])
def test_a_broken_expression_is_refused_at_once(mistake):
    with pytest.raises(re.error):
        Rule(outcome=Outcome.PERMANENT, **mistake)
