"""The pages of the desk, put together: a class for each."""

from servicedesk_core.faces import Manner
from servicedesk_core.features.desks.data import DataPage
from servicedesk_core.features.desks.service import ServicePage


class Desks(ServicePage[Manner], DataPage[Manner]):
    """The pages of the desk."""
