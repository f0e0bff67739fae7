"""Business time: when somebody is there, how much of that lies between two instants, and where so much of it ends.

Pure: nothing here reads a clock, a file or a database.
"""

from servicedesk_core.business_time.calendar import Calendar as Calendar
from servicedesk_core.business_time.public_holidays import public_holidays as public_holidays
from servicedesk_core.business_time.table import CalendarHasNoOpenTimeError as CalendarHasNoOpenTimeError
