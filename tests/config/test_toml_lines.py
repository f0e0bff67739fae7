"""On which line a key of a TOML text stands."""

import tomllib

import pytest

from servicedesk_core.config.toml_lines import TomlLines

TEXT = r"""title = "x"
[plain]
a = 1
b.c = { d = 2 }

["in quotes".'and dots']
"e.f" = 3

[[entries]]
g = 4
[entries.table]
h = 5
[[entries]]
g = [
  6,
]
[[entries.inner]]
i = '''
"\q" = 7
[not a table]
'''
[[entries.inner]]
i = 8
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("plain",), 2),
        (("plain", "a"), 3),
        (("plain", "b", "c", "d"), 4),
        (("in quotes", "and dots", "e.f"), 7),
        (("entries", 0, "g"), 10),
        (("entries", 0, "table", "h"), 12),
        (("entries", 1, "g", 0), 14),
        (("entries", 1, "inner", 0, "i"), 18),
        (("entries", 1, "inner", 1, "i"), 23),
        (("plain", "missing"), 2),
        (("nothing", "of", "it"), 1),
    ],
)
def test_a_key_has_its_line_and_a_missing_one_that_of_its_table(path, line):
    assert tomllib.loads(TEXT)
    assert TomlLines(TEXT).line(path) == line
