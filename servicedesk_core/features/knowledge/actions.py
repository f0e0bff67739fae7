"""Reading articles, and saying which helped."""

from typing import Annotated, Protocol

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.faces.namespace import Desk
from servicedesk_core.features.knowledge import tables
from servicedesk_core.features.knowledge.jobs import ReadingDesk, reread
from servicedesk_core.features.knowledge.model import ArticleRow, Linked, ReadArticles, ShownArticle
from servicedesk_core.features.knowledge.queries import KnowledgeQueries
from servicedesk_core.features.tickets import WHERE, WHICH, found
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope

_ARTICLE = Annotated[str, Help("The article's id.", names="knowledge.list")]
_BASE = Annotated[str | None, Help("Connection of the knowledge base, if several have it.", is_rare=True)]
_UNSCOPED = "articles belong to no client"


class KnowingDesk(ReadingDesk, Desk, Protocol):
    """A desk on which somebody acts, with its connections."""


class Knowledge(KnowledgeQueries[Manner]):
    """Articles of knowledge bases, and which helped with which ticket."""

    desk: KnowingDesk

    @action("knowledge.read", about="What was read.", needs=Capability.DESK_OPERATE, unscoped=_UNSCOPED)
    async def read(self) -> ReadArticles:
        """Read the articles of all knowledge bases now; the job does so each hour.

        Raises:
            ConnectorError: One could not be read; what was kept of it stays.
        """
        found = await reread(self.desk)
        return ReadArticles(tuple(found), sum(found.values()))

    @action("knowledge.show", about="The article.", needs=Capability.INTERNAL, unscoped=_UNSCOPED)
    async def show(self, article: _ARTICLE, *, base: _BASE = None) -> ShownArticle:
        """Show an article with its text, as the knowledge base has it now.

        Raises:
            NotFoundLocallyError: No such article was read.
            SettingsError: Several knowledge bases have it.
            ConnectorError: The knowledge base could not be asked, or has it no more.
        """
        one = await self.desk.store.read(lambda tx: _meant(tx, article, base))
        opened = await self.desk.host.open(one.connection)
        shown = await opened.calls.get_article(one.ref)
        return ShownArticle(shown.article.title, one.ref, await opened.calls.link_article(one.ref), shown.text)

    @action("knowledge.link", title="Article helped", about="What was kept.", needs=Capability.TICKETS_WRITE)
    async def link(
        self,
        ticket: WHICH,
        article: _ARTICLE,
        *,
        connection: WHERE = None,
        base: _BASE = None,
        scope: Scope | None = None,
    ) -> Linked:
        """Say that an article helped with a ticket. The PSA is not told.

        Raises:
            NotFoundLocallyError: There is no such ticket or article.
            SettingsError: Several knowledge bases have it.
        """
        return await self._say(ticket, article, connection, base, scope, helped=True)

    @action("knowledge.unlink", title="Article did not help", about="What was kept.", needs=Capability.TICKETS_WRITE)
    async def unlink(
        self,
        ticket: WHICH,
        article: _ARTICLE,
        *,
        connection: WHERE = None,
        base: _BASE = None,
        scope: Scope | None = None,
    ) -> Linked:
        """Take back that an article helped with a ticket.

        Raises:
            NotFoundLocallyError: There is no such ticket or article.
            SettingsError: Several knowledge bases have it.
        """
        return await self._say(ticket, article, connection, base, scope, helped=False)

    async def _say(
        self, ticket: str, article: str, connection: str | None, base: str | None, scope: Scope | None, *, helped: bool
    ) -> Linked:
        now, actor = self.desk.clock.now(), self.desk.actor

        def work(tx: Tx) -> Linked:
            of, one = found(tx, ticket, connection, scope).row, _meant(tx, article, base)
            if helped:
                changed = tables.link(tx, of.local_id, one, actor.name, now)
            else:
                changed = tables.unlink(tx, of.local_id, one)
            if changed:
                act = "knowledge.linked" if helped else "knowledge.unlinked"
                entity = f"ticket:{of.connection}/{of.external_id}"
                audit.append(tx, at=now, actor=str(actor), action=act, entity=entity, after={"article": one.ref})
            return Linked(of.ticket, one.title, one.ref, helped)

        return await self.desk.store.write(work)


def _meant(tx: Tx, ref: str, connection: str | None) -> ArticleRow:
    several = tables.article(tx, ref, connection)
    if not several:
        near = did_you_mean(ref, [one.ref for one in tables.articles(tx)])
        hint = "`servicedesk knowledge list` shows those that were read."
        raise NotFoundLocallyError(f'No article is called "{ref}".{near}', hint=hint)
    if len(several) > 1:
        bases = ", ".join(sorted(one.connection for one in several))
        raise SettingsError(f'Several knowledge bases have "{ref}": {bases}.', hint="Say which with --base.")
    return several[0]
