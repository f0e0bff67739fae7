"""What every connector to a knowledge base must do, as tests that its author subclasses.

::

    class TestAcmeKnowledge(KnowledgeSuite):
        words = ("vpn",)  # what some articles are about, and others are not

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme
"""

from typing import ClassVar

import pytest

from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks.connector import AnyConnector


class KnowledgeSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector with some articles behind it.

    Attributes:
        words: What some of the articles are about, and others are not.
    """

    words: ClassVar[tuple[str, ...]]

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    async def test_all_articles_are_found_each_once(self, connector: AnyConnector) -> None:
        """Without words everything is found; each article has an id and a title."""
        found = await connector.find_articles(())
        assert found, "there are no articles behind the connector"
        assert all(one.ref and one.title for one in found)
        assert len({one.ref for one in found}) == len(found)
        assert all(one.changed_at is None or one.changed_at.tzinfo is not None for one in found)

    async def test_words_find_some_of_them(self, connector: AnyConnector) -> None:
        """What is found by words is among all, and less than all."""
        found = {one.ref for one in await connector.find_articles(self.words)}
        assert found, "name in `words` what some articles are about"
        assert found < {one.ref for one in await connector.find_articles(())}
        assert await connector.find_articles(("xyzzyplugh",)) == ()

    async def test_an_article_that_was_found_can_be_read_and_has_an_address(self, connector: AnyConnector) -> None:
        """Its text comes with the same title."""
        for one in await connector.find_articles(self.words):
            shown = await connector.get_article(one.ref)
            assert (shown.article.ref, shown.article.title) == (one.ref, one.title)
            assert shown.text
            assert "://" in await connector.link_article(one.ref)

    @pytest.mark.parametrize("ref", ["no-such-article", "../../etc/passwd", "/etc/passwd", ""])
    async def test_what_is_no_article_is_not_found(self, connector: AnyConnector, ref: str) -> None:
        """An id leads to nothing but articles."""
        with pytest.raises(NotFoundError):
            await connector.get_article(ref)
        with pytest.raises(NotFoundError):
            await connector.link_article(ref)
