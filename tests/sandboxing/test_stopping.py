"""A stand-in that is told to stop while it is still starting."""

import os
import signal

import pytest

from servicedesk_core.sandboxing import bind, run_until_stopped, serving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_server_listens_for_it_is_not_lost(monkeypatch, number):
    make = serving._server
    stopped_early = []

    def slow_to_start(application):
        server = make(application)
        run = server.run

        def signalled_first(**options):
            os.kill(os.getpid(), number)
            stopped_early.append(server.should_exit)
            server.should_exit = True
            run(**options)

        server.run = signalled_first
        return server

    monkeypatch.setattr(serving, "_server", slow_to_start)
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        with bind() as listener:
            run_until_stopped(None, listener)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert stopped_early == [True]
