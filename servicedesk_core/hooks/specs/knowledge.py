"""Hooks of connectors to knowledge bases."""

from servicedesk_core.domain.knowledge import Article, ArticleText
from servicedesk_core.hooks.markers import hookspec


class KnowledgeSpecs:
    """How a knowledge base is asked.

    What is found is kept by the desk, so that articles are matched with tickets without asking anybody; which article
    helped with which ticket is the desk's own, too.
    """

    @hookspec
    async def find_articles(self, words: tuple[str, ...]) -> tuple[Article, ...]:
        """Find articles, the best ones first. Must not change anything.

        Args:
            words: What they are to be about; none = all articles there are.

        Returns:
            The articles, each once.

        Raises:
            AuthenticationError: The credentials were refused.
            ConnectorError: The knowledge base could not be asked: then nothing is known of it, and what was kept stays.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def get_article(self, ref: str) -> ArticleText:
        """Return an article with its text. Must not change anything.

        Args:
            ref: The provider's id.

        Returns:
            The article, as it is now.

        Raises:
            NotFoundError: There is no such article.
            ConnectorError: The knowledge base could not be asked.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def link_article(self, ref: str) -> str:
        """Return the address at which a person reads an article. Must not change anything.

        Args:
            ref: The provider's id.

        Returns:
            The address.

        Raises:
            NotFoundError: There is no such article.
            ConnectorError: The knowledge base could not be asked.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
