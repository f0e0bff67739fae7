"""The open tickets in memory, of a process that is asked about them again and again.

Whoever reads need not know of them: a store that was lent :class:`~servicedesk_core.features.report.board.lent.Boards`
offers them to each of its reading transactions.
"""
