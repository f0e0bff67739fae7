"""What the commands show that decide: one story, told to a person and told as documents."""

from pathlib import Path
from typing import Any

import pytest

from tests.golden.fixing import fixed_folder, fixed_world
from tests.golden.held import DECIDED
from tests.golden.holding import shown

pytestmark = pytest.mark.slow

OFFICE = """\
[calendars.office]
zone = "America/New_York"
hours = { mon-thu = "08:00-18:00", fri = "08:00-15:00" }
yearly_holidays = { 12-25 = "Christmas Day" }
"""
NIGHT = """\
[calendars.night]
zone = "America/New_York"
hours = { mon-sun = "22:00-06:00" }
"""
SLA = """\
[sla]
calendar = "office"

[[sla.policies]]
name = "our own tickets"
when.company = ["0"]

[[sla.policies]]
name = "standard"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h" }
otherwise = { triage = "1 h", completion = "24 h" }
"""
FREEZE = """\
[freezes.quarter-end]
starts = 2026-03-10
ends = 2026-04-01
why = "the figures of the quarter are agreed with clients"
"""
WRONG = """\
[sla]
calender = "office"

[[sla.policies]]
name = "standard"
otherwise = { triage = "soon" }

[calendar.office]
zone = "UTC"
"""
FASTER = SLA.replace("15 min", "10 min").replace("24 h", "20 h 30 min")
FOLDERS = {
    "first": {"calendars.toml": OFFICE + NIGHT, "sla.toml": SLA},
    "wrong": {"sla.toml": WRONG, "calendars.toml": OFFICE.replace("}", "", 1)},
    "second": {"calendars.toml": OFFICE, "sla.toml": FASTER, "freezes.toml": FREEZE},
    "third": {
        "calendars.toml": OFFICE,
        "sla.toml": FASTER.replace("10 min", "12 min"),
        "freezes.toml": FREEZE,
        "version.toml": "version = 2\n",
    },
}


@pytest.mark.parametrize("face", ["80", "160", "json"])
def test_the_story_is_told_as_it_was(face: str, hold: Any) -> None:
    with fixed_folder() as folder, fixed_world():
        Path("servicedesk.toml").write_text('[desk]\nname = "Example MSP"\ntimezone = "America/New_York"\n')
        for name, files in FOLDERS.items():
            Path(name).mkdir()
            for file, text in files.items():
                Path(name, file).write_text(text)
        told = "\n".join(shown(line, face, folder) for line in DECIDED)
        exported = "".join(f"# {path.name}\n{path.read_text()}" for path in sorted(Path("out").glob("*.toml")))
    hold(f"acts/definitions.{face}.txt", told)
    hold("acts/definitions.exported.toml", exported)
