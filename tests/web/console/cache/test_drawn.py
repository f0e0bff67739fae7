"""What is drawn once for all who are told the same, and for nobody else."""

from servicedesk_core.web.console.cache import drawn as cache
from servicedesk_core.web.console.cache.drawn import Drawn


def test_an_answer_is_drawn_once_for_all_who_may_do_the_same_and_an_equal_one_anew():
    drawn, turns, first, second = Drawn(), iter("abcd"), [1], [1]
    assert [drawn.of(one, seen, lambda: next(turns)) for one in (first, second) for seen in ("may", "not", "may")] == [
        "a", "b", "a", "c", "d", "c",
    ]  # fmt: skip


def test_what_nobody_asked_for_longest_is_drawn_again(monkeypatch):
    monkeypatch.setattr(cache, "KEPT", 2)
    drawn, answers, times = Drawn(), [[0], [1], [2]], []

    def draw(at):
        return drawn.of(answers[at], None, lambda: str(times.append(at)))

    for at in (0, 1, 0, 2, 0, 1):
        draw(at)
    assert times == [0, 1, 2, 1]
