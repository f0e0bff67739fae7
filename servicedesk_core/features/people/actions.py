"""Inviting people, and saying what they are."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeVar

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import Role
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.people.deciding import CHANGED, INVITED, REMOVED, Decider, invited_person, take_away
from servicedesk_core.features.people.kinds import InvitedPerson
from servicedesk_core.features.people.model import Invitation, PersonChanged
from servicedesk_core.features.people.naming import only_holder, refs
from servicedesk_core.features.people.queries import UNSCOPED, People
from servicedesk_core.features.signins import end_all, forget, invite, invited_until, with_password
from servicedesk_core.people import Way
from servicedesk_core.store import Tx, audit

T = TypeVar("T")

_ROLE: Final = Help(f"What they are, one each: {', '.join(Role)}.", name="role")
_COMPANY: Final = Help(
    "A client whose records they see, by name or id, one each.", name="company", names="tickets.words clients"
)
_QUEUE: Final = Help(
    "A queue whose tickets they see, by name or id, one each.", name="queue", names="tickets.words queues"
)
_CONNECTION: Final = Help("Whose ids those are; needed where several connections have such records.")
_LISTS: Final = frozenset({"companies", "queues"})
_NAME: Final = Help("Their name in the list of people.", names="people.show")


class PeopleActs(People[Manner]):
    """Who works with the desk, and deciding about them."""

    @action(
        "people.invite",
        told_once=True,
        about="The link by which they choose a password, shown this once.",
        needs=Capability.PEOPLE_WRITE,
        unscoped=UNSCOPED,
    )
    async def invite(
        self,
        name: Annotated[str, Help("What they are called in the list of people: letters, digits, - and _.")],
        *,
        roles: Annotated[tuple[Role, ...], _ROLE] = (),
        companies: Annotated[tuple[str, ...], _COMPANY] = (),
        queues: Annotated[tuple[str, ...], _QUEUE] = (),
        technician: Annotated[
            str | None, Help("The technician that they are, by name or id.", names="tickets.words technicians")
        ] = None,
        connection: Annotated[str | None, _CONNECTION] = None,
    ) -> Invitation:
        """Invite somebody to the console: the link lets them choose a password, once, within three days.

        Whoever is in the list already gets a link without any roles, and loses the one before.

        Raises:
            SettingsError: The name is none, what they would be is wrong, or they can sign in already.
        """
        given = {"companies": companies, "queues": queues, "technician": technician, "connection": connection}
        said = {key: value for key, value in {"roles": roles, **given}.items() if value}

        def work(tx: Tx) -> Invitation:
            audit.take_turn(tx)
            one = self._decider(tx)
            known = one.people
            if name in known and said:
                hint = f"Without roles they get a link; servicedesk people change {name} says what they are."
                raise SettingsError(f"{name} is in the list already.", hint=hint)
            if name in known and name in with_password(tx):
                hint = f"servicedesk people reset {name} takes their password away, and gives a link."
                raise SettingsError(f"{name} can sign in already.", hint=hint)
            if name not in known:
                known = one.decide(name, invited_person(name, **self._meant(tx, said, connection or "")), INVITED)
            return self._link(one, name, known[name].roles)

        return await self._written(work)

    @action(
        "people.change",
        about="What they are now.",
        needs=Capability.PEOPLE_WRITE,
        unscoped=UNSCOPED,
    )
    async def change(
        self,
        name: Annotated[str, _NAME],
        *,
        roles: Annotated[tuple[Role, ...], _ROLE] = (),
        companies: Annotated[tuple[str, ...], _COMPANY] = (),
        queues: Annotated[tuple[str, ...], _QUEUE] = (),
        everything: Annotated[bool, Help("They see all clients and queues, but for those that are named.")] = False,
        technician: Annotated[
            str | None,
            Help(
                'The technician that they are, by name or id; "none" = they are none.',
                none=True,
                names="tickets.words technicians",
            ),
        ] = None,
        connection: Annotated[str | None, _CONNECTION] = None,
    ) -> PersonChanged:
        """Say what somebody is from now on; what is not given stays. They have to sign in again then.

        Raises:
            NotFoundLocallyError: There is no such person.
            SettingsError: The configuration says what they are, it is wrong on this desk, or they are the last
                administrator who can sign in.
        """
        said: dict[str, Any] = {"companies": (), "queues": ()} if everything else {}
        given = {"roles": roles, "companies": companies, "queues": queues, "connection": connection}
        said |= {key: value for key, value in given.items() if value}
        if technician is not None:
            said["technician"] = technician

        def work(tx: Tx) -> PersonChanged:
            audit.take_turn(tx)
            one = self._decider(tx)
            before = self._invited(one, name)
            meant = self._meant(tx, said, connection or before.connection)
            after = invited_person(**(before.model_dump() | meant))
            if after == before:
                return PersonChanged(name, after.roles, is_changed=False, ended=0, tokens_revoked=0)
            one.decide(name, after, CHANGED)
            return PersonChanged(name, after.roles, is_changed=True, ended=end_all(tx, name), tokens_revoked=0)

        return await self._written(work)

    @action(
        "people.remove",
        about="Who is in the list no more.",
        needs=Capability.PEOPLE_WRITE,
        unscoped=UNSCOPED,
        asks=lambda name: f"Remove {name}, with their password, sign-ins and tokens?",
    )
    async def remove(self, name: Annotated[str, _NAME]) -> PersonChanged:
        """Take somebody out of the list, with all by which they could come in; what they did stays in the audit trail.

        Raises:
            NotFoundLocallyError: There is no such person.
            SettingsError: The configuration says what they are, or they are the last administrator who can sign in.
        """

        def work(tx: Tx) -> PersonChanged:
            audit.take_turn(tx)
            one = self._decider(tx)
            self._invited(one, name)
            one.decide(name, None, REMOVED)
            ended, revoked = take_away(tx, name, at=one.at, by=one.by)
            return PersonChanged(name, (), is_changed=True, ended=ended, tokens_revoked=revoked)

        return await self._written(work)

    @action(
        "people.reset",
        told_once=True,
        title="Reset password",
        about="The link by which they choose another password, shown this once.",
        needs=Capability.PEOPLE_WRITE,
        unscoped=UNSCOPED,
        asks=lambda name: f"Take the password and the sign-ins of {name} away, and give a link for another one?",
    )
    async def reset(self, name: Annotated[str, _NAME]) -> Invitation:
        """Take somebody's password and sign-ins away, and give them a link by which they choose another one.

        Raises:
            NotFoundLocallyError: There is no such person.
            NotPermittedError: It is one's own, in the console: nobody could sign in to take it back.
        """
        if self.desk.actor.way is Way.CONSOLE and self.desk.actor.name == f"user:{name}":
            hint = "Choose another one in your account, or have somebody else do this."
            raise NotPermittedError("Nobody takes their own password away in the console.", hint=hint)

        def work(tx: Tx) -> Invitation:
            audit.take_turn(tx)
            one = self._decider(tx)
            person = self._known(one, name)
            forget(tx, name)
            return self._link(one, name, person.roles)

        return await self._written(work)

    async def _written(self, work: Callable[[Tx], T]) -> T:
        done = await self.desk.store.write(work)
        await self.desk.store.read(self.desk.people_in)  # whoever acts next on this desk is who they are now
        return done

    def _decider(self, tx: Tx) -> Decider:
        return Decider(tx, self.desk.settings, self.desk.clock.now(), str(self.desk.actor))

    def _meant(self, tx: Tx, said: Mapping[str, Any], connection: str) -> dict[str, Any]:
        """Return what was said with the ids of what was named."""
        named = {"technicians" if word == "technician" else word for word in said if word in {*_LISTS, "technician"}}
        known = {*self.desk.settings.connections}
        whose = connection or (next(iter(known)) if len(known) == 1 else only_holder(tx, named) or "")
        meant = dict(said) | ({"connection": whose} if named and len(known) > 1 else {})
        for stream in _LISTS & said.keys():
            meant[stream] = tuple(refs(tx, stream, said[stream], whose))
        if said.get("technician"):
            [meant["technician"]] = refs(tx, "technicians", [said["technician"]], whose)
        return meant

    def _known(self, one: Decider, name: str) -> Any:
        people = one.people
        if name not in people:
            message = f'There is no person "{name}".{did_you_mean(name, people)}'
            raise NotFoundLocallyError(message, hint="`servicedesk people list` shows them.")
        return people[name]

    def _invited(self, one: Decider, name: str) -> InvitedPerson:
        person = self._known(one, name)
        if not isinstance(person, InvitedPerson):
            where = self.desk.settings.where
            hint = f"Whoever may edit {where} changes it there, and starts what runs again."
            raise SettingsError(f"[people.{name}] of {where} says what {name} is.", hint=hint)
        return person

    def _link(self, one: Decider, name: str, roles: tuple[Role, ...]) -> Invitation:
        token = invite(one.tx, name, one.at, one.by)
        until = invited_until(one.tx, one.at)[name]
        about = {"until": until.isoformat()}
        audit.append(one.tx, at=one.at, actor=one.by, action="invitation.made", entity=f"person:{name}", after=about)
        return Invitation(name, roles, f"{self.desk.settings.console.url}/invitations/{token}", until)
