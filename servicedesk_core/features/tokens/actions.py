"""Making tokens, and revoking them."""

from datetime import timedelta
from typing import Annotated, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.tokens import tables
from servicedesk_core.features.tokens.model import NewToken, TokenRevoked
from servicedesk_core.features.tokens.queries import UNSCOPED, TokenQueries
from servicedesk_core.people import Way
from servicedesk_core.store import Tx, audit

_LONGEST: Final = timedelta(days=366)
_USUAL: Final = timedelta(days=90)
_USER: Final = "user:"


class Tokens(TokenQueries[Manner]):
    """Tokens of programs, which somebody makes and revokes."""

    @action("tokens.new", told_once=True, about="The token, shown this once.", needs=Capability.READ, unscoped=UNSCOPED)
    async def new(
        self,
        name: Annotated[str, Help("What it is for, such as the name of the program.")],
        *,
        person: Annotated[
            str | None,
            Help(
                "Whose rights it has a part of; of somebody else it takes the right to act as them.",
                names="people.list",
            ),
        ] = None,
        only: Annotated[
            tuple[Capability, ...], Help("What it may of what they may, one each [default: all of it].")
        ] = (),
        lasts: Annotated[timedelta, Help("How long, at most 366 days.")] = _USUAL,
    ) -> NewToken:
        """Make a token: whoever shows it is that person, as long as it lasts, and may no more than they may then.

        It is shown this once and kept nowhere; lost, it is revoked, and another one is made.

        Raises:
            SettingsError: The name is empty, it would last too long, or there is no such person.
            NotPermittedError: It would be somebody else's, or a token asks for it: none makes another one.
        """
        if not name.strip():
            raise SettingsError("The token has no name.", hint="Name the program that will show it.")
        if not timedelta() < lasts <= _LONGEST:
            raise SettingsError("It has to last a day at least, and 366 at most.", hint="Say --lasts 90d.")
        whose = self._whose(person)
        now, author = self.desk.clock.now(), str(self.desk.actor)
        words = tuple(sorted({one.value for one in only}))

        def work(tx: Tx) -> NewToken:
            number, made = tables.add(
                tx, name=name, person=whose, capabilities=words, made_at=now, made_by=author, ends=now + lasts
            )
            about = f"{name}: {whose}, until {now + lasts:%Y-%m-%d}, {', '.join(words) or 'all of their rights'}"
            audit.append(tx, at=now, actor=author, action="token.made", entity=f"token:{number}", reason=about)
            return NewToken(number, made, whose.removeprefix(_USER), now + lasts)

        return await self.desk.store.write(work)

    @action("tokens.revoke", about="The token that opens nothing any more.", needs=Capability.READ, unscoped=UNSCOPED)
    async def revoke(
        self, number: Annotated[int, Help("Its number, as `tokens list` shows it.", names="tokens.list")]
    ) -> TokenRevoked:
        """Let a token open nothing any more, from the next request on; a second time nothing happens.

        Raises:
            NotFoundLocallyError: There is none of that number.
            NotPermittedError: It is somebody else's, and who asks may not run the desk.
        """
        now, author = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> TokenRevoked:
            one = tables.token(tx, number)
            if one is None:
                raise NotFoundLocallyError(f"There is no token {number}.", hint="`servicedesk tokens list` shows them.")
            if one.person != self.desk.actor.name:
                self.desk.permitted(Capability.DESK_OPERATE, "tokens revoke", narrows=False)
            if one.revoked_at is not None:
                return TokenRevoked(number, one.name, one.revoked_at)
            tables.revoke(tx, number, at=now, by=author)
            audit.append(tx, at=now, actor=author, action="token.revoked", entity=f"token:{number}", reason=one.name)
            return TokenRevoked(number, one.name, now)

        return await self.desk.store.write(work)

    def _whose(self, person: str | None) -> str:
        actor, people = self.desk.actor, self.desk.roster
        if actor.way is Way.TOKEN:
            raise NotPermittedError("A token makes no other one.", hint="A person makes it: servicedesk tokens new.")
        whose = actor.name if person is None else f"{_USER}{person}"
        if person is not None and person not in people:
            hint = f"There are: {', '.join(people)}." if people else "The configuration has no [people.NAME]."
            raise SettingsError(f'There is no person "{person}".{did_you_mean(person, people)}', hint=hint)
        if whose != actor.name:
            self.desk.permitted(Capability.ACT_AS, "tokens new", narrows=False)
        return whose
