"""The shape of the house: files that can be read at once, folders that can be looked over, few lines that declare."""

import ast
import tokenize
from pathlib import Path

import pytest

import servicedesk_core

ROOT = Path(servicedesk_core.__file__).parent
OURS = [one for one in ROOT.rglob("*.py") if not {"templates", "versions"} & {*one.relative_to(ROOT).parts}]
MOST_OF_A_FILE, MOST_IN_A_FEATURE, MOST_OF_FACES = 400, 14, 2_500


def lines_of_code(path):
    """Count the lines that say something to the interpreter."""
    told = {
        line
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    with tokenize.open(path) as text:
        tokens = [one for one in tokenize.generate_tokens(text.readline) if one.type not in quiet]
    return len({line for one in tokens for line in range(one.start[0], one.end[0] + 1)} - told)


def test_a_file_has_one_reason_and_can_be_read_at_once():
    lengths = {f"{one.relative_to(ROOT)}": len(one.read_text(encoding="utf-8").splitlines()) for one in OURS}
    assert {name: many for name, many in lengths.items() if many > MOST_OF_A_FILE} == {}


@pytest.mark.parametrize("feature", sorted(one.name for one in (ROOT / "features").iterdir() if one.is_dir()))
def test_a_feature_has_few_files_or_rooms(feature):
    assert len([*(ROOT / "features" / feature).glob("*.py")]) <= MOST_IN_A_FEATURE


def test_what_every_face_derives_from_stays_small():
    assert sum(map(lines_of_code, (ROOT / "faces").rglob("*.py"))) <= MOST_OF_FACES
