"""A Django site in one file over a desk: each worker opens its own, when it is first asked."""

import atexit
import os
from functools import cache

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from servicedesk_core import BlockingServiceDesk, Scope
from servicedesk_core.errors import NotFoundLocallyError

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "only for this example"),
)
django.setup()


@cache
def desk() -> BlockingServiceDesk:
    """Return this worker's desk. Not made while the module is imported: a server may fork after that."""
    config = os.environ.get("SERVICEDESK_CONFIG", "servicedesk.toml")
    opened = BlockingServiceDesk.open(config, read_only=True, migrate="never")
    atexit.register(opened.close)
    return opened


def tickets(request: HttpRequest, company: str) -> JsonResponse:
    """Return the open tickets of one client. A real portal knows the company from who is logged in."""
    page = desk().tickets.list(scope=Scope("psa", companies={company}))
    rows = [{"id": t.external_id, "title": t.title} for t in page]
    return JsonResponse({"worker": os.getpid(), "tickets": rows})


def ticket(request: HttpRequest, company: str, ticket: str) -> JsonResponse:
    """Return one ticket, if it is the client's."""
    try:
        found = desk().tickets.get(ticket, scope=Scope("psa", companies={company}))
    except NotFoundLocallyError:
        return JsonResponse({"detail": "There is no such ticket."}, status=404)
    return JsonResponse({"worker": os.getpid(), "id": found.row.external_id, "title": found.row.title})


urlpatterns = [
    path("clients/<str:company>/tickets", tickets),
    path("clients/<str:company>/tickets/<str:ticket>", ticket),
]

application = get_wsgi_application()
