"""``qa-bot eval`` from its arguments to its exit code, on the real engine over the seed documents."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from qa_bot.settings import Settings
from tests.command_line import REFUSED, Ran, run_here
from tests.evaluation.test_seed_questions import QUESTIONS


def run(settings: Settings, *arguments: str | Path) -> Ran:
    return run_here("eval", *map(str, arguments), settings=settings)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Each sixth question over the seed documents."""
    path = tmp_path / "few.jsonl"
    path.write_text("".join(QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)[::6]), encoding="utf-8")
    return path


def test_all_questions_over_the_seeds_are_asked_and_counted(seeds_settings: Settings) -> None:
    ran = run(seeds_settings, QUESTIONS, "--json")

    value = ran.record
    lines = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert ran.code == 0
    assert [outcome["id"] for outcome in value["outcomes"]] == [line["id"] for line in lines]
    assert value["figures"]["quote@1"]["questions"] == sum(line["answerable"] for line in lines)
    assert list(value["kinds"]) == list(dict.fromkeys(line["kind"] for line in lines))
    # Floors that tell a broken engine from a working one; docs/evaluation.md has the figures.
    for figure in ("quote@1", "quote@3", "refusal AUROC", "recall@10"):
        assert value["figures"][figure]["value"] > 0.6
    assert value["kinds"]["plain"]["quote@1"]["value"] > 0.8


def test_the_table_names_every_figure_and_the_misses(seeds_settings: Settings, few: Path) -> None:
    ran = run(seeds_settings, few, "--misses", "1")

    assert ran.code == 0
    assert ran.text.startswith("26 questions, ")
    for name in ("quote@1", "refusal AUROC", "coverage at 90%", "MRR@10", "latency p95 ms", "unanswerable-far"):
        assert f"\n{name}" in ran.text
    assert "\nRight first quotes, least confident first\n" in ran.text


def test_a_second_run_differs_from_the_first_in_nothing_but_time(
    seeds_settings: Settings, few: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first.json"
    first.write_bytes(run(seeds_settings, few, "--json").out)

    compared = run(seeds_settings, few, "--json", "--compare", first).record["compared"]

    assert compared["questions"] == 26
    assert {
        name for name, figure in compared["differences"].items() if figure["value"] and not name.startswith("latency")
    } == set()


def test_charts_are_drawn_where_they_are_asked_for(seeds_settings: Settings, few: Path, tmp_path: Path) -> None:
    charts = tmp_path / "charts"

    ran = run(seeds_settings, few, "--charts", charts)

    assert ran.code == 0
    assert sorted(path.name for path in charts.iterdir()) == ["reliability.png", "risk-coverage.png"]
    assert ran.err == f"drawn: {charts / 'reliability.png'}\ndrawn: {charts / 'risk-coverage.png'}\n"


def test_a_threshold_is_kept_beside_the_index_and_moves_what_is_answered(
    seeds_settings: Settings, few: Path, tmp_path: Path
) -> None:
    index_dir = tmp_path / "index"
    shutil.copytree(seeds_settings.index_dir, index_dir)
    settings = Settings(corpus_dir=seeds_settings.corpus_dir, index_dir=index_dir)

    ran = run(settings, few, "--json", "--calibrate")

    kept = json.loads((index_dir / "calibration.json").read_text(encoding="utf-8"))
    threshold = kept["min_confidence"]
    assert ran.code == 0
    assert set(kept) == {"min_confidence", "model", "ranker", "questions", "created"}
    assert (kept["model"], kept["questions"]) == ("sentence-transformers/all-MiniLM-L6-v2", 26)
    assert f"min_confidence {threshold:.3f} answers " in ran.err
    again = run(settings, few, "--json").record["outcomes"]
    assert [each["answered"] for each in again] == [each["confidence"] >= threshold for each in again]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param('{"question": "Who?"}', ":1: answerable: Field required", id="a question that lacks a field"),
        pytest.param(
            '{"question": "Who?", "answerable": true, "gold": [{"source": "none.txt", "text": "x"}]}',
            ":1: gold source 'none.txt' is not in the index",
            id="gold in a document that is not indexed",
        ),
        pytest.param("", " holds no questions", id="an empty file"),
    ],
)
def test_a_bad_questions_file_is_one_line_and_exit_code_2(
    seeds_settings: Settings, tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")

    ran = run(seeds_settings, path)

    assert ran.refusal == REFUSED
    assert ran.err.startswith(f"qa-bot: {path}{says}")


@pytest.mark.parametrize(
    ("module", "arguments"), [("ir_measures", ()), ("matplotlib", ("--charts", "charts"))], ids=["figures", "charts"]
)
def test_what_is_not_installed_is_told_before_anything_is_asked(
    seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch, module: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    ran = run(seeds_settings, QUESTIONS, *arguments)

    assert ran.refusal == REFUSED
    assert ran.err == f"qa-bot: this needs {module}, which is not installed: pip install 'qa-bot[evaluation]'\n"


def test_a_bad_earlier_run_is_told_before_anything_is_asked(seeds_settings: Settings, tmp_path: Path) -> None:
    ran = run(seeds_settings, QUESTIONS, "--compare", tmp_path / "none.json")

    assert ran.refusal == REFUSED
    assert ran.err == f"qa-bot: {tmp_path / 'none.json'} can't be read: No such file or directory\n"
