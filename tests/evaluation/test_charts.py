from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.charts import draw, reliability, risk_coverage
from tests.evaluation.making import outcome, unanswerable

RUN = [outcome(str(place), place / 10, rank=1 if place % 3 else 2) for place in range(10)] + [unanswerable("no", 0.4)]


def test_reliability_holds_confidence_against_the_share_right() -> None:
    bins = reliability(np.array([0.91, 0.99, 0.15, 1.0]), np.array([True, False, False, True]))

    assert [(each.confidence, each.right, each.count) for each in bins] == [
        (0.15, 0.0, 1),
        (pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3),
    ]
    assert all(each.low <= each.right <= each.high for each in bins)


def test_risk_is_the_share_wrong_among_those_answered() -> None:
    share, risk = risk_coverage(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]))

    assert share.tolist() == [0.25, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 3, 1 / 2])


def test_both_charts_are_drawn_as_png(tmp_path: Path) -> None:
    paths = draw(RUN, tmp_path / "new" / "charts")

    assert [path.name for path in paths] == ["reliability.png", "risk-coverage.png"]
    for path in paths:
        content = path.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", content[16:24]) == (720, 648)


def test_a_folder_that_cannot_be_made_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(EvaluationError, match="charts can't be written"):
        draw(RUN, tmp_path / "file")
