"""`flowdial eval`: what is kept of a run that was broken off."""

import pytest

from flowdial.errors import SourceError
from flowdial.surfaces.evaluating import _journal


def test_a_run_that_was_broken_off_goes_on(tmp_path, monkeypatch, capsys):
    """Of the same files and options; when it is through, nothing is left."""
    monkeypatch.setenv("FLOWDIAL_CACHE", str(tmp_path))
    asked = (None, ["a.json"], {"edges": "semantic"}, 5)
    assert _journal(*asked).once("case", lambda: 1) == 1
    assert not capsys.readouterr().err
    again = _journal(*asked)
    assert again.once("case", lambda: 2) == 1
    assert "going on from 1 judgements of a run that was broken off" in capsys.readouterr().err
    assert len(_journal(None, ["b.json"], {"edges": "semantic"}, 5)) == 0
    again.forget()
    assert len(_journal(*asked)) == 0


def test_a_folder_is_no_file_to_keep_judgements_in(tmp_path):
    """It is told, with what to give."""
    with pytest.raises(SourceError, match="cannot be read"):
        _journal(tmp_path, ["a.json"], {}, None)
