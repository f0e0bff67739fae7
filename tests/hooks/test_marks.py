"""Marks: taken out where they were put in, and nothing else of a text."""

import subprocess
import sys

from servicedesk_core.hooks.marks import marked, marks_in, unmarked


def test_only_the_mark_that_ends_a_text_is_taken_out():
    assert unmarked(marked("All is well.", "w-1")) == "All is well."
    assert unmarked(marked("All is well.", "w-1") + "\r\n") == "All is well."
    assert unmarked(marked(None, "w-1")) == ""
    for theirs in ("See [ref:PO-4711] and call.", "[ref:PO-4711] is late ", "[ref:", "[ref:not one!]", "x]", ""):
        assert unmarked(theirs) == theirs
    assert marks_in(marked("Undo of [ref:w-1]", "w-2")) == ["w-1", "w-2"]


def test_a_text_of_a_million_blanks_costs_nothing():
    code = (
        "from servicedesk_core.hooks.marks import *; t = 'a' + ' ' * 10**6 + 'b'; assert unmarked(t) == t; marks_in(t)"
    )
    # In a process of its own, which is ended when it hangs: looked at blank by blank, it would take an hour.
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
