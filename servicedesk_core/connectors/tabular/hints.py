"""What the names of columns, and the words in them, usually mean."""

import re
from functools import cache, lru_cache

from servicedesk_core.connectors.tabular.profile import Column
from servicedesk_core.domain import Priority, StatusCategory

_HINTS: dict[str, str] = {
    # Earlier alternatives fit better, also inside of brackets at the beginning.
    "case": r"case[ _:]?(id|concept:name|number|no)?$|^(ticket|incident|problem|request|sr|issue)[ _]?"
    r"(id|number|no|nr|key|#)?$|^(id|number|key|ref|reference)$|^(case|ticket)",
    "word": r"^(activity|event|action|step|concept:name|task|operation|event[ _]?(type|name))$|activit|sub[ _-]?status"
    r"|^(status|state|lifecycle|transition|stage|phase)|status|state$",
    "actor": r"^(assignee|assigned[ _]to|technician|agent|engineer|resource|org:resource|operator|owner|user|who)$"
    r"|technician|assignee|assigned[ _]to|agent|resource$|owner[ _](first[ _])?name",
    "queue": r"^(queue|assignment[ _]group|work[ _]?group|team|group|org:group|department)$|work[ _]?group|queue"
    r"|team|group",
    "company": r"^(customer|client|company|organi[sz]ation|account)([ _](name|id))?$|customer|client|company",
    "priority": r"^(priority|severity|urgency|impact)$|priorit|severit|urgenc",
    "sla": r"service[ _]?level|^sla$|agreement",
    "title": r"^(title|subject|summary|short[ _]description)$",
    "description": r"^(description|details|body)$",
    "contact": r"^(contact|requester|caller|reporter|end[ _]?user)([ _](name|id))?$",
    "asset": r"^(asset|device|configuration[ _]?item|ci)([ _](name|id))?$",
    "created": r"creat|opened|open[ _](time|date|at)|reported|logged",
    "resolved": r"resol|solved",
    "closed": r"clos",
    "due": r"\bdue|deadline|target",
    "serial": r"serial",
    "name": r"^(name|company|customer|client|host[ _]?name|device)([ _]name)?$",
    "email": r"e-?mail",
    "phone": r"phone",
    "model": r"^model",
    "manufacturer": r"manufactur|vendor|brand|^make$",
    "site": r"^(site|location|branch)",
    "warranty": r"warrant",
    "first": r"first[ _]?name|given",
    "last": r"last[ _]?name|surname|family",
    "city": r"^(city|town)$",
    "country": r"^country$",
    "id": r"(^|[ _])(id|number|no|nr|key|code)$|^#$",
}

_CATEGORIES: tuple[tuple[str, StatusCategory], ...] = (
    (r"reopen", StatusCategory.IN_PROGRESS),
    (r"cancel|invalid|reject|void|withdraw", StatusCategory.CANCELLED),
    (r"duplicate|merged", StatusCategory.MERGED),
    (r"\bspam", StatusCategory.SPAM),
    (r"await\w* assign|unassigned", StatusCategory.NEW),
    (r"(wait|pend|await|hold).*(vendor|supplier|third|implement)", StatusCategory.WAITING_VENDOR),
    (r"(wait|pend|await).*(part|deliver|material)", StatusCategory.WAITING_PARTS),
    (r"(wait|pend|await).*approv", StatusCategory.WAITING_APPROVAL),
    (r"wait|pending|await", StatusCategory.WAITING_CUSTOMER),
    (r"hold|suspend|parked|defer", StatusCategory.ON_HOLD),
    (r"^clos|complet|^verified|^done$|finish", StatusCategory.CLOSED),
    (r"^resolv|^solve|^fixed|resolved$", StatusCategory.RESOLVED),
    (r"schedul|appointment|planned", StatusCategory.SCHEDULED),
    (r"progress|take in charge|^accept|^start|working|investigat|^active|diagnos", StatusCategory.IN_PROGRESS),
    (r"assign|triag|classif|categor", StatusCategory.TRIAGED),
    (r"^new|^open|creat|insert|register|submit|queued|logged", StatusCategory.NEW),
)

_PRIORITIES: tuple[tuple[str, Priority], ...] = (
    (r"critical|urgent|major|highest|emergency|^p?1\b", Priority.P1),
    (r"^high|^p?2\b|important", Priority.P2),
    (r"medium|normal|moderate|^p?3\b", Priority.P3),
    (r"low|minor|^p?4\b", Priority.P4),
    (r"planning|trivial|^p?5\b", Priority.P5),
)

_KEYS = {
    "tickets": "ticket|case|incident|request|problem",
    "assets": "asset|device|serial|host",
    "contacts": "contact|person",
    "companies": "compan|customer|client|account",
}

NO_RANK = 99
"""The rank of a column whose name does not fit."""


def category_of(word: str) -> StatusCategory | None:
    """Guess what a status or step means, or ``None``."""
    low = word.lower().strip()
    return next((category for pattern, category in _CATEGORIES if re.search(pattern, low)), None)


def priority_of(word: str) -> Priority | None:
    """Guess the priority behind a word, or ``None``."""
    low = word.lower().strip()
    return next((priority for pattern, priority in _PRIORITIES if re.search(pattern, low)), None)


def is_named(role: str, column: Column) -> bool:
    """Say whether a column's name fits a part at all."""
    return rank(role, column) < NO_RANK


def is_key_of(stream: str, column: Column) -> bool:
    """Say whether the name of a column that tells rows apart speaks of a stream's records."""
    return re.search(_KEYS[stream], column.name.lower()) is not None


def rank(role: str, column: Column) -> int:
    """Return which alternative of a part's hints a column's name fits; earlier ones are better."""
    return _rank(role, column.name.strip().lower())


@lru_cache(maxsize=65_536)
def _rank(role: str, name: str) -> int:
    return next((n for n, one in enumerate(_alternatives(_HINTS[role])) if one.search(name)), NO_RANK)


@cache
def _alternatives(pattern: str) -> list[re.Pattern[str]]:
    parts: list[str] = []
    for part in _cut(pattern):
        bracket = re.fullmatch(r"\^\(([^()]*)\)(.*)", part)
        parts += [f"^(?:{one}){bracket[2]}" for one in _cut(bracket[1])] if bracket else [part]
    return [re.compile(part) for part in parts]


def _cut(pattern: str) -> list[str]:
    """Cut a pattern at its outer ``|``."""
    parts, depth, current = [], 0, ""
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [*parts, current]


def stamp_rank(name: str) -> int:
    """Return how likely the name of a column of times is that of an event's own time; lower is likelier."""
    hints = ("complet", "timestamp", "time", "date", "end", "start")
    low = name.lower()
    return next((number for number, hint in enumerate(hints) if hint in low), len(hints))
