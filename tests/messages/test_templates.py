"""The words of messages: what may stand in them, and what becomes of them."""

import pytest
from pydantic import ValidationError

from servicedesk_core.faces.html.sandboxed import MissingValueError, TooLongError
from servicedesk_core.features.messages.kinds import LONGEST_TEXT, Template
from servicedesk_core.features.messages.rendering import rendered
from servicedesk_core.features.messages.rules import chosen
from servicedesk_core.features.messages.triggers import TRIGGERS, Trigger, sample

DONE = "Hello {{ contact.first_name }}, {{ ticket.title }} is done."


def template(text=DONE, triggers=("resolved",), name="done", subject="{{ ticket.title }}", **more):
    return Template(name=name, triggers=triggers, subject=subject, text=text, **more)


def test_values_are_put_in_and_escaped_in_html_only():
    one = rendered(template("{{ client.name }}", html="<p>{{ client.name }}</p>"), sample(Trigger.RESOLVED))
    assert one.text == "Bolt & <b>Sons</b>"
    assert one.html == "<p>Bolt &amp; &lt;b&gt;Sons&lt;/b&gt;</p>"


def test_every_trigger_has_a_sample_and_what_only_others_tell_is_unknown():
    for trigger in Trigger:
        own = TRIGGERS[trigger].also
        assert rendered(template("{{ ticket.number }}", triggers=(trigger,)), sample(trigger)).text == "T20261201.0001"
        assert {"visit", "visits", "waiting", "due", "survey"} & {*sample(trigger)} == {*own}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ contact.frist_name }}", 'line 1: there is no contact.frist_name. Did you mean "first_name"?'),
        ("\n{{ visit.start }}", "line 2: there is no visit"),
        ("{% for a in range(10000000000) %}{% endfor %}", "line 1: a text goes through a list"),
        ("{% for a in visits %}{% for b in visits %}{% endfor %}{% endfor %}", "line 1: a text goes through a list"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "macro is not possible"),
        ("{{ 'x' * 1000000000 }}", "mul is not possible"),
        ("{{ ticket.__class__ }}", "there is no ticket.__class__"),
        ("{{ ''.__class__.__mro__ }}", "getattr is not possible"),
        ("{{ ticket['number'] }}", "getitem is not possible"),
        ("{{ ticket.number|center(1000000000) }}", "there is no filter center"),
        ("{{ client.name|safe }}", "there is no filter safe"),
        ("{% include 'blocks.html' %}", "include is not possible"),
        ("{{ ticket.number", "line 1: unexpected end of template"),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "is nested too deep"),
        ("{% if contact %}" * 120 + "x" + "{% endif %}" * 120, "text: is nested too deep"),
        ("{% if ticket.number < 3 %}{% endif %}", "with the sample of resolved"),
        ("x" * (LONGEST_TEXT + 1), "at most 20000 characters"),
    ],
)
def test_a_text_that_could_not_be_sent_is_refused_with_its_line(text, told):
    with pytest.raises(ValidationError) as refused:
        template(text)
    assert told in str(refused.value)


def test_a_loop_goes_through_a_list_and_ends():
    one = template("{% for each in visits %}{{ each.start }};{% endfor %}", triggers=("scheduled",))
    visits = [{"start": f"{number}", "end": ""} for number in range(1_000)]
    text = rendered(one, sample(Trigger.SCHEDULED) | {"visits": visits}).text
    assert text.count(";") == 50


def test_what_is_not_there_is_an_error_and_never_a_gap():
    values = sample(Trigger.RESOLVED) | {"contact": {"first_name": None}}
    with pytest.raises(MissingValueError, match=r"contact\.first_name"):
        rendered(template(), values)
    with pytest.raises(MissingValueError, match=r"^technician$"):
        rendered(template("{{ technician.name }}"), {**sample(Trigger.RESOLVED), "technician": None})
    for asked in ("{% if survey %}a{% endif %}", "{{ survey == 'a' }}", "{{ survey|upper }}"):
        with pytest.raises(MissingValueError, match="survey"):
            rendered(template(asked), sample(Trigger.RESOLVED) | {"survey": None})
    lenient = "{% if survey is defined %}{{ survey }}{% else %}-{% endif %}{{ contact.first_name|default('you') }}"
    assert rendered(template(lenient), values | {"survey": None}).text == "-you"


def test_a_megabyte_from_a_client_is_refused_and_steers_nothing():
    values = sample(Trigger.RESOLVED)
    with pytest.raises(TooLongError, match="20,000 characters"):
        rendered(template(), values | {"ticket": {"title": "x" * 1_000_000}})
    one = rendered(template("{{ ticket.title }}"), values | {"ticket": {"title": "a\r\nBcc: eve@example.com\u202e"}})
    assert "\n" not in one.subject
    assert "\r" not in one.subject
    assert "\u202e" not in one.subject + one.text


def test_a_subject_is_one_line():
    with pytest.raises(ValidationError, match="it is one line"):
        template(subject="a\nb")


def test_the_nearest_words_are_chosen():
    known = [
        template("desk", name="desk"),
        template("desk-fr", name="desk-fr", language="fr"),
        template("bolt", name="bolt", clients=("Bolt & Co",)),
        template("bolt-fr", name="bolt-fr", clients=("psa/1",), language="fr-CH"),
    ]

    def names(client, language):
        found = chosen(known, Trigger.RESOLVED, client, language)
        return found and found.name

    bolt = ("bolt & co", "psa/1")
    assert names(bolt, "fr-CH") == "bolt-fr"
    assert names(bolt, "de") == "bolt"
    assert names(bolt, None) == "bolt"
    assert names(("Globex",), "fr-CH") == "desk-fr"
    assert names(("Globex",), "de") == "desk"
    assert names(("Globex",), None) == "desk"
    assert chosen(known, Trigger.RECEIVED, bolt, "fr-CH") is None
