"""A row is skimmed as mapping it would tell, whatever the rows before it held."""

from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.meaning import meaning_of
from servicedesk_core.connectors.tabular.skimming import skimming
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import VocabularyMapping

LOG = FileMapping.model_validate(
    {
        "path": "log.csv",
        "layout": "event",
        "columns": {
            "ticket_ref": {"column": "case"},
            "effective_at": {"column": "at"},
            "vendor_word": {"column": "step"},
            "actor_ref": {"column": "who"},
        },
        "ticket": {
            "title": {"column": "title"},
            "priority_name": {"column": "prio"},
            "estimated_s": {"column": "hours", "unit": "hours"},
            "due_at": {"column": "due"},
            "status": {"column": "state", "take": "final"},
        },
        "words": {"New": "new", "Done": "closed"},
    }
)
LIST = FileMapping.model_validate(
    {
        "path": "tickets.csv",
        "layout": "record",
        "stream": "tickets",
        "columns": {
            "external_id": {"column": "case"},
            "title": {"column": "title"},
            "status": {"column": "state"},
            "priority_name": {"column": "prio"},
            "estimated_s": {"column": "hours", "unit": "hours"},
            "created_at": {"column": "at"},
            "due_at": {"column": "due"},
            "assignee_ref": {"column": "who"},
            "secondary_assignee_refs": {"column": "others"},
        },
    }
)
TIMES = ("2026-03-02T09:00:00Z", "2026-03-02", "0001-01-01", "3017-01-01", "soon", "")
CELLS = {
    "case": ("A", "B"),
    "at": TIMES,
    "due": TIMES,
    "step": ("New", "Done", "Zorbing", ""),
    "state": ("New", "Zorbing", ""),
    "who": ("Ada", "x" * 300, ""),
    "others": ("Ada;Ben", '["Ada"', ""),
    "title": ("one", "two", ""),
    "prio": ("High", "Low", ""),
    "hours": ("1", "1,5", "many", "-2", ""),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in CELLS.items()}), max_size=40)
WORDS = VocabularyMapping.model_validate({"status": {"New": "new"}, "priority": {"High": "P1"}})


def told(look, raw):
    try:
        return look(raw)
    except MappingError as error:
        return error.message


@given(ROWS, st.sampled_from([LOG, LIST]))
def test_a_row_is_skimmed_as_mapping_it_would_tell(rows, mapping):
    means = meaning_of(mapping, WORDS)
    skim = skimming(mapping, WORDS, means)
    for number, cells in enumerate(rows, 1):
        raw = {"key": f"{cells['case']}|{number}", "row": cells}
        assert told(skim, raw) == told(lambda raw: means(raw).issues, raw)
