"""What the service manager of a measured desk decided: calendars, promises, goals, people, shifts, who is on call."""

from pathlib import Path

TECHNICIANS = 50

_ROLE = """
[job_roles.engineer]
skills = { networking = 2 }
queues = ["helpdesk"]
"""
_SERVICE = """
[calendars.office]
zone = "UTC"
hours = { mon-fri = "08:00-17:30" }
[sla]
calendar = "office"
[[sla.policies]]
name = "standard"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h" }
otherwise = { triage = "1 h", engagement = "4 h", completion = "24 h" }
[goals.measured]
effective_from = 2021-01-01
goals = { first-call-resolution = ">= 80 %", time-to-resolve = "<= 24 hours" }
"""
_ROTA = """
[calendars.late]
zone = "UTC"
hours = { mon-fri = "10:00-14:00, 14:30-19:00" }
[shifts.early]
technicians = [%(first)s]
calendar = "office"
[shifts.late]
technicians = [%(second)s]
calendar = "late"
[on_call.desk]
outside = "office"
starts = 2026-01-05T08:00:00
days = 7
primary = [%(first)s]
"""


def write_definitions(folder: Path) -> None:
    """Write the texts into a folder, as ``definitions apply`` reads them."""
    names = [f'"t{at}"' for at in range(TECHNICIANS)]
    half = TECHNICIANS // 2
    told = {"first": ", ".join(names[:half]), "second": ", ".join(names[half:])}
    people = "".join(
        f'[technicians.t{at}]\ntechnician = "Technician {at}"\nrole = "engineer"\nskills = {{ networking = 3 }}\n'
        for at in range(TECHNICIANS)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "service.toml").write_text(_SERVICE)
    (folder / "rota.toml").write_text(_ROTA % told)
    (folder / "people.toml").write_text(_ROLE + people)
