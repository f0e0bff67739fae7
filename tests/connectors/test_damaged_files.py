"""Files that were cut off or whose quotes do not close: what stands before is kept, and nothing is concluded."""

import pytest

from servicedesk_core.connectors.tabular import FileMapping
from servicedesk_core.connectors.tabular.inspect import check_mapping
from servicedesk_core.errors import ProtocolError
from servicedesk_core.hooks import PullMode, PullRequest

COLUMNS = {"external_id": "id", "name": "name", "phone": "phone"}
HEAD = "id,name,phone\n1,Ana,11\n"


def companies(path, **more):
    return {"path": str(path), "stream": "companies", "columns": COLUMNS, **more}


async def to_the_damage(connector, pages):
    async for page in connector.pull(PullRequest("companies", PullMode.BACKFILL, page_size=1_000)):
        assert not page.last
        pages.append(page)


async def kept(logs, file):
    """Read to the damage; return the ids before it, and what was said about it."""
    pages = []
    with pytest.raises(ProtocolError) as damage:
        await to_the_damage(logs.tabular(file), pages)
    return [record.external_id for page in pages for record in page.records], damage.value.message


@pytest.mark.parametrize(
    ("rest", "ids", "said"),
    [
        ('2,"Ben\nand Cy', ["1"], "begins on line 3 does not end: the file was cut off"),
        ('2,Ben,22\n3,"Cy,33\n4,Dee,44\n5,Eve,55\n', ["1", "2"], "begins on line 4 does not end"),
        ('2,"Ben\n"",22\n', ["1"], "begins on line 3 does not end"),
        ('2,"a\nb","Ben\n3,Cy,33\n', ["1"], "begins on line 4 does not end"),
        ('2,"Ben,22\n3,"Cy",33\n', ["1"], "begins on line 3 ends before other text"),
        ('2,Ben,"22\n3,Cy,"33"\n4,Dee,44\n', ["1"], "begins on line 3 ends before other text"),
        ('2,"Ben"and Cy, Dee,22\n3,Eve,33\n', ["1"], "begins on line 3 ends before other text"),
        ("2,Ben,22\n3,C", ["1", "2"], "ends in the middle of line 4"),
        ("2,Ben,22\n3", ["1", "2"], "ends in the middle of line 4"),
    ],
)
async def test_a_damaged_table_is_told_with_the_line_where_it_begins(logs, tmp_path, rest, ids, said):
    file = companies(logs.write(tmp_path / "a.csv", HEAD + rest))
    found, message = await kept(logs, file)
    assert (found, said in message) == (ids, True), message
    with pytest.raises(ProtocolError, match=said.split(":")[0]):
        check_mapping(tmp_path / "a.csv", FileMapping.model_validate(file))


async def test_lines_above_the_table_are_counted(logs, tmp_path):
    path = logs.write(tmp_path / "a.csv", f'sep=,\nClients\n{HEAD}2,"Ben,22\n')
    _, message = await kept(logs, companies(path, skip_lines=2))
    assert "begins on line 5" in message


async def test_a_damaged_header_is_told(logs, tmp_path):
    found, message = await kept(logs, companies(logs.write(tmp_path / "a.csv", 'id,"name,phone\n1,Ana,11\n')))
    assert (found, "begins on line 1 does not end" in message) == ([], True)


async def test_json_lines_that_were_cut_off_are_told(logs, tmp_path):
    path = logs.write(tmp_path / "a.jsonl", '{"id": 1, "name": "Ana"}\n{"id": 2, "na')
    found, message = await kept(logs, companies(path))
    assert (found, "in the middle of line 2" in message) == (["1"], True)


@pytest.mark.parametrize(
    "rest",
    [
        "2,Ben,22",  # no line end, but whole
        '2,"Ben",22',
        "2,Ben,22\n\x1a",  # as DOS ended texts
        '2,"B"en,22\n',  # not doubled, but on one line, with all its cells
        "2,Ben,22\n,,\n ,\t,\n",
        "2,Ben,22\n,",
        ",,,\n2,Ben,22",
    ],
)
async def test_an_odd_but_whole_table_is_read_to_its_end(logs, tmp_path, rest):
    seen = await logs.read(logs.tabular(companies(logs.write(tmp_path / "a.csv", HEAD + rest))), "companies")
    assert (seen.ids, seen.bad) == (["1", "2"], [])


async def test_quotes_that_quote_nothing_are_read_when_declared(logs, tmp_path):
    path = logs.write(tmp_path / "a.csv", 'id,name,phone\n1,"19 inch,11\n2,Ben,22\n')
    seen = await logs.read(logs.tabular(companies(path, quote="")), "companies")
    assert [one.name for one in seen.entities] == ['"19 inch', "Ben"]


@pytest.mark.slow
async def test_a_damaged_file_is_read_from_its_beginning_once_it_is_whole(logs, tmp_path):
    lines = "".join(f"{number},Company {number},{'5' * 40}\n" for number in range(3_000))
    file = companies(logs.write(tmp_path / "a.csv", HEAD + lines + '5000,"Ben'))
    connector = logs.tabular(file)
    pages = []
    with pytest.raises(ProtocolError):
        await to_the_damage(connector, pages)
    logs.write(tmp_path / "a.csv", HEAD + lines.replace("Company 2999", "Firm 2999") + "5000,Ben,1\n")
    seen = await logs.read(connector, "companies", resume=pages[-1].resume)
    assert len(seen.entities) == 3_001
    assert "Firm 2999" in {one.name for one in seen.entities}
