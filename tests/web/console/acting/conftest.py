"""A desk over the vendor in memory, on each database, with people who act on it in browsers."""

import re
from html import unescape

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.testing import FakeClock
from tests.outbox.conftest import (  # noqa: F401  # fixtures
    QUICK,
    pulled_database,
    pulled_store,
    settings_for,
    store_url,
    vendor,
)

PEOPLE = {
    "ana": {"roles": ["service-manager"], "technician": "t1", "connection": "psa"},
    "max": {"roles": ["service-manager"]},
    "ben": {"roles": ["technician"], "technician": "t2", "connection": "psa"},
    "cay": {"roles": ["coordinator"]},
    "ada": {"roles": ["admin"]},
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def section():
    """What [writes] of the configuration says."""
    return {}


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def settings(vendor, store_url, section, people):  # noqa: F811  # fixtures
    return settings_for(vendor, store_url) | {"people": people, "writes": section}


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:ana", Way.CLI)) as opened:
        opened.outbox.sending.policy = WritePolicy(**QUICK)
        yield opened


def fields_of(page):
    """Return the fields of the form on a page by name: their attributes, as text."""
    tags = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page.partition("<main")[2])
    return {unescape(name.group(1)): tag for tag in tags if (name := re.search(r'name="([^"]*)"', tag))}


def action_of(page):
    """Return where a form is sent."""
    return unescape(re.search(r'<form method="post" action="([^"]*)"', page).group(1))


async def opened(browser, path):
    """Open a form, and return its page and where it is sent."""
    led = await browser.get(path, 303)
    page = await browser.get(led.headers["location"])
    return page.text, action_of(page.text)


async def selected(browser, act, *words, more=""):
    """Select rows of a list and press the button of an act; return its form's page, and where that is sent."""
    led = await browser.post(f"/acts/{act}{more}", {"select": list(words)})
    page = await browser.get(led.headers["location"])
    return page.text, action_of(page.text)


async def sent(browser, path, **words):
    """Open a form, send it, and return the page that it leads to."""
    _, action = await opened(browser, path)
    answer = await browser.post(action, words)
    return await followed(browser, answer)


async def followed(browser, answer):
    """Return the page that an answer leads to."""
    while answer.status_code == 303:
        answer = await browser.client.get(answer.headers["location"])
    assert answer.status_code == 200, answer.text
    return answer
