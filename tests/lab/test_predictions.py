"""Predictions are sealed before the facts are known."""

import json
from pathlib import Path

import pytest

from minigram.lab.predictions import Sealed, seal


def test_what_is_predicted_first_is_sealed(tmp_path: Path) -> None:
    """Running the cell again, with the same numbers or with none, finds them as they were."""
    assert seal("ch01", {"statements": 7, "lost": None}, tmp_path) == {"statements": 7}
    assert seal("ch01", {"statements": 7, "lost": None}, tmp_path) == {"statements": 7}
    assert seal("ch01", {"statements": None, "lost": None}, tmp_path) == {"statements": 7}


def test_other_numbers_are_refused_once_sealed(tmp_path: Path) -> None:
    """Nobody changes a prediction after the fact without removing it by hand; the message says how."""
    seal("ch01", {"statements": 7}, tmp_path)
    with pytest.raises(Sealed, match=r"statements.*remove.*ch01\.json"):
        seal("ch01", {"statements": 3}, tmp_path)


def test_a_file_changed_by_hand_has_a_broken_seal(tmp_path: Path) -> None:
    """The seal covers the numbers and the time."""
    seal("ch01", {"statements": 7}, tmp_path)
    path = tmp_path / "ch01.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"numbers": {"statements": 3}}))
    with pytest.raises(Sealed, match="broken"):
        seal("ch01", {"statements": None}, tmp_path)


def test_who_predicts_nothing_seals_nothing(tmp_path: Path) -> None:
    """A prediction can still be made later."""
    assert seal("ch01", {"statements": None}, tmp_path) == {}
    assert seal("ch01", {"statements": 7}, tmp_path) == {"statements": 7}
