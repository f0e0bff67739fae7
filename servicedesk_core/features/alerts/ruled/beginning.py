"""Alert rules to begin with."""

from typing import Final

FILE: Final = "alerts.toml"

TEXT: Final = """\
# When a figure is an alert, and when that is over. `servicedesk alerts test NAME` shows when one would have opened.
# A metric is the name of a KPI (`servicedesk kpi list`), or sync-lag, quota-use, contracts-ending, covers-ending.

# Clients are less content than they were: the mean of the last 10 answers. It needs the scale of your survey.
[alert_rules.satisfaction]
metric = "satisfaction"
window = "10 answers"
when = "< 4.2"
clear = ">= 4.4"          # between the two an open alert stays open
minimum = 5               # fewer answers say nothing
hint = "Read the last answers, and call whoever gave the worst."

# Promises at risk: more tickets come due than usual, or some are late for half an hour.
[alert_rules.sla-risk]
metric = "completion-coming"
when = "> 10"
clear = "<= 5"
[alert_rules.sla-late]
metric = "next-due-overdue"
when = "> 0"
lasts = "30min"           # so long it has to hold
cool_down = "4h"          # so long after one is over none opens again

# A figure out of its tolerance.
[alert_rules.sla-completion]
metric = "sla-completion"
when = "< 90"
clear = ">= 92"
minimum = 20

# Somebody has more than 20 open tickets, or cannot keep up with what came in.
[alert_rules.overload]
metric = "overloaded"
when = "> 0"
lasts = "4h"
[alert_rules.load]
metric = "not-kept-up"
when = "> 0"
lasts = "4h"

# Trainings that were planned and not done.
[alert_rules.training]
metric = "training"
window = "90d"
when = "< 80"
clear = ">= 85"

# What ends soon, for each client.
[alert_rules.contracts]
metric = "contracts-ending"
window = "60d"
when = "> 0"
[alert_rules.warranty]
metric = "covers-ending"
window = "60d"
when = "> 0"

# What is shown is old: a connection was not read for more than 15 minutes.
[alert_rules.sync-lag]
metric = "sync-lag"
when = "> 15"
lasts = "20min"

# That more than 75 % of a vendor's requests are used, the program tells by itself. For another limit:
# [alert_rules.quota]
# metric = "quota-use"
# when = "> 60"
# clear = "< 50"
"""


def propose() -> dict[str, str]:
    """Return the file with its name."""
    return {FILE: TEXT}
