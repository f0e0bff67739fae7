"""`servicedesk claims` as a person and a script use it."""

import json
import shutil
from pathlib import Path

import pytest

from servicedesk_core.cli.main import main
from servicedesk_core.cli.shell import exit_codes

HERE = Path(__file__).parent
CONFIG = """
[desk]
name = "Example MSP"

[connections.maker]
connector = "./maker.py:Maker"
environment = "sandbox"
folder = "{folder}"
writes = ["claims.submit", "claims.note", "claims.cancel"]
"""


@pytest.fixture
def claims(tmp_path, monkeypatch, capsys):
    """Returns a function that runs `servicedesk claims …` and gives exit code, output and messages."""
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    shutil.copy(HERE.parent / "claims" / "maker.py", tmp_path)
    (tmp_path / "servicedesk.toml").write_text(CONFIG.format(folder=vendor.as_posix()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*words, group="claims"):
        code = main([group, *map(str, words)])
        told = capsys.readouterr()
        return code, told.out, told.err

    run.vendor = vendor
    return run


ADDRESS = [
    "--contact-name", "Pat Example", "--contact-email", "pat@example.com", "--ship-to-name", "Client",
    "--ship-to-line", "1 Street", "--ship-to-line", "Floor 2", "--ship-to-city", "Town", "--ship-to-country", "US",
]  # fmt: skip


def draft(claims, *more):
    code, out, err = claims("new", "--device", "Maker:SN1", "--symptom", "Dead", *ADDRESS, *more, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["schema"] == "servicedesk.claims.new/3"
    return document["data"]["claim"]["claim_id"]


@pytest.mark.slow
def test_from_a_draft_to_an_answer(claims):
    name = draft(claims)
    code, out, _ = claims("check", name)
    assert code == 1
    assert "must name a part" in out
    assert "cannot be sent yet" in out
    assert claims("edit", name, "--part", "P1:2:FAILED9", "--contact-phone", "none")[0] == 0
    code, _, err = claims("check", name)
    assert (code, f"Next: servicedesk claims submit {name}" in err) == (0, True)
    code, _, err = claims("submit", name)
    assert code == exit_codes.REFUSED
    for word in ("SANDBOX", "Example MSP at Maker (4711)", "pat@example.com", "1 Street, Floor 2", "FAILED9"):
        assert word in err, word
    assert list(claims.vendor.iterdir()) == []
    (claims.vendor / "script").write_text("locked")
    code, out, err = claims("submit", name, "--yes")
    assert (code, "Waits because" in out) == (exit_codes.AUTHENTICATION, True)
    for word in ("was not sent", "password has expired", "Change it in the portal", "writes discard"):
        assert word in err, word
    assert claims("resolve", name, "--absent")[0] == 1, "that is no doubt"
    assert claims("test", "maker", group="connections")[0] == 0
    assert claims("discard", 1, group="writes")[0] == 0
    code, out, _ = claims("submit", name, "--yes", "--json")
    assert code == 0
    assert json.loads(out)["data"]["claim"]["state"] == "under_review"
    code, out, _ = claims("poll", "--all")
    assert code == 0
    assert "maker" in out
    code, out, _ = claims("show", name)
    assert "under review (New)" in out
    assert "C1" in out
    code, _, err = claims("note", name, "The fan was swapped.")
    assert (code, "Example MSP at Maker (4711)" in err, "The fan was swapped." in err) == (
        exit_codes.REFUSED,
        True,
        True,
    )
    assert claims("note", name, "The fan was swapped.", "--yes")[0] == 0
    code, out, err = claims("submit", name, "--yes")
    assert code == 1
    assert "cannot be sent now" in err
    assert claims("cancel", name, "--reason", "works again", "--yes")[0] == 0
    assert name not in claims("list")[1]
    assert name in claims("list", "--all")[1]


@pytest.mark.slow
def test_the_manual_way(claims, tmp_path):
    name = draft(claims, "--by-hand")
    code, _, err = claims("attach", name, tmp_path / "servicedesk.toml", "--send", "--yes")
    assert (code, "followed by a person" in err) == (1, True)
    assert "servicedesk.toml" not in claims("show", name)[1], "what could not be sent was not added either"
    proof = tmp_path / "invoice.pdf"
    proof.write_bytes(b"%PDF-1.4")
    assert claims("attach", name, proof, "--kind", "proof_of_purchase")[0] == 0
    code, out, _ = claims("check", name)
    assert code == 1, "the connection's own check holds for people too"
    assert claims("edit", name, "--part", "P1")[0] == 0
    code, out, _ = claims("pack", name, "--to", tmp_path / "packs", "--zip", "--json")
    assert code == 0
    assert json.loads(out)["data"]["files"] == ["claim.html", "01-invoice.pdf"]
    code, out, _ = claims(
        "record", name, "--status", "awaiting-return", "--ref", "RMA1", "--word", "Return", "--return-by", "2026-01-31",
        "--credit", "parts:approved:120.50:eur", "--shipped", "Example Post:T1", "--decision", "1:denied:worn out",
    )  # fmt: skip
    assert code == 0
    assert "awaiting return (Return)" in out
    assert "worn out" in out
    assert name in claims("list", "--overdue")[1]
    assert claims("record", name, "--returned", "--status", "closed")[0] == 0
    assert name not in claims("list", "--overdue")[1]
    assert "120.50" in claims("show", name)[1]


MISTAKES = [
    (("new",), "a ticket or a device"),
    (("new", "--device", "To be filled by O.E.M."), "has a placeholder where the serial number belongs"),
    (("new", "--device", "Maker:"), "names no device"),
    (("new", "--device", "X", "--part", "P1:many"), "holds no number"),
    (("list", "--state", "aproved"), 'Did you mean "approved"?'),
    (("show", "SD-NOTHING"), "no claim"),
    (("resolve", "SD-X"), "either --found ID or --absent"),
    (("record", "SD-X", "--credit", "money"), "KIND:STATE:AMOUNT:CURRENCY"),
    (("record", "SD-X", "--return-by", "soon"), "is no instant"),
    (("record", "SD-X"), "Nothing was named that is to be recorded"),
    (("record", "SD-X", "--decision", "2:perhaps"), "decides about no part"),
    (("edit", 1), "Nothing was named that is to be changed"),
    (("edit", 1, "--part", ""), "names no part"),
    (("edit", 1, "--part", "P1:0"), "claims no quantity above 0"),
    (("edit", 1, "--ship-to-country", "Utopia"), "ship_to_country: "),
    (("note", 1, "Hello.", "--yes"), "is a draft: its maker does not have it"),
    (("resolve", 1, "--absent"), "is a draft, not in doubt"),
]


def test_what_is_not_understood_is_said_with_what_to_do(claims):
    draft(claims)
    for words, told in MISTAKES:
        code, _, err = claims(*words)
        assert code != 0, words
        assert told in err
        assert "→" in err, "what to do"


@pytest.mark.parametrize("command", ["submit", "resubmit", "note", "attach", "cancel"])
def test_help_says_what_can_change_an_outside_system(claims, command):
    assert "can change an outside system" in " ".join(claims(command, "--help")[1].split())
