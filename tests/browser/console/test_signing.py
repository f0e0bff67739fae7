"""Signing in and out in a browser, with script and without, and pages that nobody needs to be signed in for."""

from urllib.parse import urlsplit

import pytest

from servicedesk_core.capabilities import Role
from servicedesk_core.people import Actor, Way

pytestmark = pytest.mark.browser

RIGHT = "correct horse battery"
OTHER = "a longer horse battery"


@pytest.fixture
def invited(served):
    """Return a function that invites somebody new, and returns the path of their link."""

    def invite(name):
        admin = served.desk.acting_as(Actor("user:ada", Way.CONSOLE))
        return urlsplit(served.run(admin.people.invite(name, roles=(Role.SERVICE_MANAGER,))).link).path

    return invite


def write(page, **fields):
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_somebody_comes_by_a_link_goes_comes_again_and_changes_the_password(look, invited, script):
    name = f"kim-{int(script)}"
    page = look(None, invited(name), script=script)
    write(page, Password=RIGHT, The_same_again=RIGHT)
    page.get_by_role("button", name="Keep the password").click()
    page.wait_for_url("**/desks/service*")
    cookies = {one["name"]: one for one in page.context.cookies()}
    kept = cookies["__Host-servicedesk"]
    assert (kept["secure"], kept["httpOnly"], kept["sameSite"], kept["path"]) == (True, True, "Lax", "/")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.to("/lists/tickets/list?status=new")
    assert urlsplit(page.url).path == "/sign-in"
    write(page, Name=name, Password="wrong horse battery")
    page.get_by_role("button", name="Sign in").click()
    assert "The name or the password is wrong." in page.get_by_role("alert").inner_text()
    write(page, Password=RIGHT)  # the name stands there still
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/lists/tickets/list?status=new")
    page.to("/account")
    write(page, The_one_that_you_have=RIGHT, The_new_one=OTHER, The_same_again=OTHER)
    page.get_by_role("button", name="Change the password").click()
    page.wait_for_url("**/account?done=changed")
    assert page.get_by_text("(this one)").count() == 1


def test_who_signed_out_is_shown_nothing_by_the_button_back(look, invited):
    page = look(None, invited("lea"))
    write(page, Password=RIGHT, The_same_again=RIGHT)
    page.get_by_role("button", name="Keep the password").click()
    page.wait_for_url("**/desks/service*")
    page.to("/account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_url("**/sign-in*")
    assert page.get_by_text("Where you are signed in").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_of_signing_have_no_faults(look, invited, faults, width, scheme):
    link = invited(f"max-{width}")
    for person, path in ((None, "/sign-in"), (None, link), ("ana", "/account"), (None, "/invitations/none")):
        page = look(person, path, width=width, scheme=scheme)
        assert not page.is_wide, path
        assert faults(page) == [], path
