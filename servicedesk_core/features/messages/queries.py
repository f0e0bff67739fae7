"""Messages to clients: the words, and who tells what."""

from typing import Annotated

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.definitions import decisions
from servicedesk_core.features.messages.kinds import TEMPLATES
from servicedesk_core.features.messages.model import Preview, TemplateRow, Told
from servicedesk_core.features.messages.rendering import rendered
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import Trigger, sample
from servicedesk_core.store import Tx

UNSCOPED = "it shows what was decided for the whole desk, and no record"


class MessageQueries(Namespace[Manner]):
    """Messages to clients."""

    desk: ConfiguredDesk

    @query(
        "messages.templates",
        about="Templates of messages to clients.",
        needs=Capability.DEFINITIONS_READ,
        empty="There is no template: [message_templates.NAME] in the definitions.",
        unscoped=UNSCOPED,
    )
    def templates(
        self,
        tx: Tx,
        *,
        trigger: Annotated[Trigger | None, Help("Only those for this.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[TemplateRow]:
        """List the templates that hold: what they tell of, for whom, and in which language.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        versions = decisions(tx, TEMPLATES)
        rows = (
            TemplateRow(
                one.name, one.triggers, one.clients, one.language, one.subject, one.html is not None,
                versions[one.name].version,
            )
            for one in Decided(tx, self.desk.clock.now()).templates
            if trigger is None or trigger in one.triggers
        )  # fmt: skip
        return piece(Page(tuple(rows)), TemplateRow, by="name", sort=sort, after=after, limit=limit)

    @query(
        "messages.plan",
        about="Who tells clients what: the desk, the PSA, or both.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
    )
    def plan(
        self,
        tx: Tx,
        *,
        both: Annotated[bool, Help("Only what desk and PSA may both tell.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Told]:
        """List what clients can be told of, who tells it, whether by itself, and what is to be done about that.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        decided = Decided(tx, self.desk.clock.now())
        rows = (decided.row(trigger) for trigger in Trigger)
        found = tuple(one for one in rows if one.both or not both)
        return piece(Page(found), Told, by="trigger", sort=sort, after=after, limit=limit)

    @query(
        "messages.preview",
        about="A template as a client would read it, with a sample of each thing it tells of.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
    )
    def preview(
        self,
        tx: Tx,
        template: Annotated[str, Help("Name of the template.")],
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Preview]:
        """Show a template with a sample of each thing that it tells of.

        Raises:
            NotFoundLocallyError: There is no such template.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        known = {one.name: one for one in Decided(tx, self.desk.clock.now()).templates}
        if (one := known.get(template)) is None:
            raise NotFoundLocallyError(
                f'There is no template "{template}".{did_you_mean(template, known)}',
                hint="`servicedesk messages templates` lists them.",
            )
        rows = tuple(Preview(each, one.name, *rendered(one, sample(each))) for each in one.triggers)
        return piece(Page(rows), Preview, by="trigger", sort=sort, after=after, limit=limit)
