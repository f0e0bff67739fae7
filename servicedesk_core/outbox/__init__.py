"""The one write path: what is wanted, approved, sent, in doubt, read back.

A feature stores an intent together with what belongs to it (:func:`servicedesk_core.store.outbox.propose`); a person
approves it; an :class:`~.runner.OutboxRunner` hands it to the :class:`~.senders.Sender` of its kind; a doubt is settled
by the :class:`~.settler.Settler` or by a person. The rows and their transitions are
:mod:`servicedesk_core.store.outbox`: a store that wakes up elsewhere puts what is unfinished into doubt.
"""
