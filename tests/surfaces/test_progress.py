"""How far long work is."""

from __future__ import annotations

from flowdial.surfaces import progress as module
from flowdial.surfaces.progress import progress


def test_without_a_terminal_a_line_is_written_now_and_then(monkeypatch, capsys):
    """A minute lies between two; messages are written as they are."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    with progress() as report:
        for second, fraction in ((1, 0.1), (59, 0.2), (61, 0.25), (80, 0.3), (130, None)):
            now[0] = float(second)
            report(f"loss [{second}]", fraction)
    assert capsys.readouterr().err.splitlines() == ["25% loss [61]", "loss [130]"]


def test_on_a_terminal_there_is_a_bar_that_leaves_nothing(monkeypatch, capsys):
    """It is drawn where the work is, and goes with it."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress() as report:
        report("reading", 0.5)
    told = capsys.readouterr()
    assert told.out == ""
    assert "reading" in told.err
