"""Ending sign-ins."""

from typing import Annotated

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.signins import tables
from servicedesk_core.features.signins.entering import tell_ended
from servicedesk_core.features.signins.model import SignInsEnded
from servicedesk_core.features.signins.queries import USER, SignInQueries
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope


class SignIns(SignInQueries[Manner]):
    """Sign-ins to the console, and ending them."""

    @action("signins.end", title="End", about="The sign-in that was ended.", needs=Capability.READ)
    async def end(
        self,
        number: Annotated[int, Help("Its number, as `signins list` shows it.", names="signins.list")],
        *,
        scope: Scope | None = None,
    ) -> SignInsEnded:
        """End a sign-in: its browser has to sign in again at its next request.

        Raises:
            NotFoundLocallyError: There is none of that number, or none any more.
            NotPermittedError: It is somebody else's, and who asks may not say what people are.
        """

        def work(tx: Tx) -> SignInsEnded:
            audit.take_turn(tx)
            one = tables.sign_in(tx, number)
            if one is None or not self._may_end(one.person, scope):
                message = f"There is no sign-in {number}."
                raise NotFoundLocallyError(message, hint="`servicedesk signins list` shows them.")
            tables.end(tx, number)
            return self._ended(tx, one.person, 1)

        return await self.desk.store.write(work)

    @action(
        "signins.end-all",
        title="End all",
        about="The sign-ins that were ended.",
        needs=Capability.READ,
    )
    async def end_all(
        self,
        person: Annotated[str | None, Help("Whose [default: your own].", names="people.list")] = None,
        *,
        scope: Scope | None = None,
    ) -> SignInsEnded:
        """End all sign-ins of a person.

        Raises:
            NotPermittedError: They are somebody else's, and who asks may not say what people are.
        """
        whose = person if person is not None else self.desk.actor.name.removeprefix(USER)
        if not self._is_own(whose):
            self.desk.permitted(Capability.PEOPLE_WRITE, "signins end-all", scope, narrows=False)

        def work(tx: Tx) -> SignInsEnded:
            audit.take_turn(tx)
            return self._ended(tx, whose, tables.end_all(tx, whose))

        return await self.desk.store.write(work)

    def _is_own(self, person: str) -> bool:
        return self.desk.actor.name == f"{USER}{person}"

    def _may_end(self, person: str, scope: Scope | None) -> bool:
        """Whoever sees a part of the desk ends their own alone: people belong to no client."""
        return self._is_own(person) or (scope is None and self.desk.may(Capability.PEOPLE_WRITE))

    def _ended(self, tx: Tx, person: str, ended: int) -> SignInsEnded:
        if ended:
            tell_ended(tx, str(self.desk.actor), person, ended, self.desk.clock.now())
        return SignInsEnded(person, ended)
