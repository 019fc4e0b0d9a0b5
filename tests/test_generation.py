"""Generations on disk. What a crash, a bad disk or a second writer does, done here to real files."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.errors import (
    IndexBusyError,
    IndexCorruptError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnavailableError,
    IndexWriteError,
)
from qa_bot.index import Manifest, current_manifest, discard_older, new_generation, open_index, writer_lock
from qa_bot.index import verify_index as verify
from qa_bot.index.generation import generation_folder
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import Settings
from tests.conftest import SmallIndex

RAIN = {"a.txt": "It rained all day in Utrecht, and nobody minded it at all.\n"}


def bare_manifest(generation: str, fingerprint: str = "f" * 64) -> Manifest:
    return Manifest(
        generation=generation,
        created="2026-01-02T03:04:05+00:00",
        model="a/model",
        fingerprint=fingerprint,
        dimension=3,
        splitter=1,
        counts={"documents": 1, "passages": 1, "sentences": 1},
        skipped=(),
        notes=(),
    )


def publish(index_dir: Path, content: bytes = b"content") -> Manifest:
    with new_generation(index_dir) as draft:
        (draft.folder / "file").write_bytes(content)
        return draft.publish(bare_manifest(draft.generation))


def files_of(index_dir: Path) -> list[Path]:
    """Every file that a reader of the current generation relies on."""
    folder = generation_folder(index_dir, current_manifest(index_dir).generation)
    return [index_dir / "CURRENT", *sorted(folder.iterdir())]


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def rain(small_index: SmallIndex) -> Settings:
    return small_index(RAIN)


# publishing


def test_what_is_published_is_what_a_reader_gets(index_dir: Path) -> None:
    published = publish(index_dir)
    assert current_manifest(index_dir) == published
    assert published.files == {
        "file": {"bytes": 7, "sha256": "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"}
    }


def test_a_reader_sees_the_old_generation_until_the_new_one_is_published(index_dir: Path) -> None:
    old = publish(index_dir)
    with new_generation(index_dir) as draft:
        (draft.folder / "file").write_bytes(b"new")
        assert current_manifest(index_dir) == old
        new = draft.publish(bare_manifest(draft.generation))
        assert current_manifest(index_dir) == new


def test_a_build_that_fails_leaves_the_old_generation_and_no_trace(index_dir: Path) -> None:
    old = publish(index_dir)

    def fail() -> None:
        with new_generation(index_dir) as draft:
            (draft.folder / "file").write_bytes(b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert current_manifest(index_dir) == old
    assert [path.name for path in (index_dir / "generations").iterdir()] == [old.generation]


def test_what_a_killed_build_left_is_removed_by_the_next(index_dir: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from qa_bot.index import new_generation\n"
        "with new_generation(Path(sys.argv[1])) as draft:\n"
        "    (draft.folder / 'file').write_bytes(b'half'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, index_dir], check=False).returncode == 9
    (leftover,) = (index_dir / "generations").iterdir()
    with pytest.raises(IndexMissingError):
        current_manifest(index_dir)
    published = publish(index_dir)
    assert not leftover.exists()
    assert [path.name for path in (index_dir / "generations").iterdir()] == [published.generation]


def test_the_generation_before_is_kept_and_older_ones_are_removed(index_dir: Path) -> None:
    first, second, third = publish(index_dir), publish(index_dir), publish(index_dir)
    discard_older(index_dir, third, second)
    assert {path.name for path in (index_dir / "generations").iterdir()} == {second.generation, third.generation}
    assert first.generation not in {second.generation, third.generation}


def test_models_that_neither_generation_was_built_with_are_removed(index_dir: Path) -> None:
    current = bare_manifest("2", "a" * 64)
    previous = bare_manifest("1", "b" * 64)
    for name in ("a" * 16, "b" * 16, "c" * 16, ".export-x"):
        (index_dir / "models" / name).mkdir(parents=True)
    discard_older(index_dir, current, previous)
    assert {path.name for path in (index_dir / "models").iterdir()} == {"a" * 16, "b" * 16}


def test_a_reader_keeps_what_it_opened_while_a_build_publishes(rain: Settings) -> None:
    reader = open_answerer(rain)
    for text in ("It snowed in Delft.", "It hailed in Gouda.", "It froze in Leiden."):
        (rain.corpus_dir / "a.txt").write_text(text)
        build_index(rain)
    assert [quote.text for quote in reader.answer("Where did it rain all day?").quotes] == [RAIN["a.txt"].strip()]
    (entry, other) = sorted(path.name for path in (rain.index_dir / "generations").iterdir())
    assert current_manifest(rain.index_dir).generation in {entry, other}


# damage


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 100), place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_a_flipped_bit_in_any_file_is_found_and_the_mend_named(
    rain: Settings, which: int, place: int, bit: int
) -> None:
    files = files_of(rain.index_dir)
    path = files[which % len(files)]
    sound = path.read_bytes()
    damaged = bytearray(sound)
    damaged[place % len(damaged)] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        if path.name == "CURRENT" and json_or_none(bytes(damaged)) == json.loads(sound):
            return  # white space
        with pytest.raises(IndexCorruptError, match=r"; run `qa-bot build`$"):
            open_index(rain.index_dir)
    finally:
        path.write_bytes(sound)


def json_or_none(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def test_a_truncated_file_is_found_and_the_mend_named(rain: Settings) -> None:
    for path in files_of(rain.index_dir):
        sound = path.read_bytes()
        for length in (0, 1, len(sound) // 2, len(sound) - 2):
            path.write_bytes(sound[:length])
            with pytest.raises(IndexCorruptError, match=r"; run `qa-bot build`$"):
                open_index(rain.index_dir)
        path.write_bytes(sound)
    open_index(rain.index_dir).close()


def test_a_missing_file_is_found_and_the_mend_named(rain: Settings) -> None:
    for path in files_of(rain.index_dir)[1:]:
        sound = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexCorruptError, match=r"; run `qa-bot build`$"):
            open_index(rain.index_dir)
        path.write_bytes(sound)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"generation": "20260102T030405Z-1a2b3c"}',
        b'{"generation": 5, "manifest_sha256": ""}',
        b'{"generation": "../../..", "manifest_sha256": ""}',
        b'{"generation": "a\\u0000b", "manifest_sha256": ""}',
        b'{"generation": "\\ud800", "manifest_sha256": ""}',
        b'{"generation": "nowhere", "manifest_sha256": ""}',
        b"[" * 100_000,
    ],
)
def test_garbage_in_place_of_the_pointer_is_found_and_the_mend_named(index_dir: Path, content: bytes) -> None:
    publish(index_dir)
    (index_dir / "CURRENT").write_bytes(content)
    with pytest.raises(IndexCorruptError, match=r"; run `qa-bot build`$"):
        current_manifest(index_dir)


def test_verifying_a_sound_index_finds_nothing(rain: Settings) -> None:
    assert verify(rain.index_dir) == (current_manifest(rain.index_dir), [])


def test_verifying_names_every_damaged_file(rain: Settings) -> None:
    store, vectors = (next(rain.index_dir.glob(f"generations/*/{name}")) for name in ("store.sqlite", "passages.faiss"))
    store.write_bytes(store.read_bytes()[:-1] + b"x")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    size = vectors.stat().st_size
    assert verify(rain.index_dir)[1] == [
        f"{vectors} has {size} bytes, not {size + 1}",
        f"{store} is damaged (its SHA-256 differs)",
    ]


def test_a_damaged_index_is_built_anew(rain: Settings) -> None:
    store = next(rain.index_dir.glob("generations/*/store.sqlite"))
    store.write_bytes(b"garbage")
    report = build_index(rain)
    assert (report.changed, report.embedded) == (True, 1)
    assert verify(rain.index_dir)[1] == []


# where there is none


def test_no_index_is_an_error_that_names_the_mend(index_dir: Path) -> None:
    with pytest.raises(IndexMissingError, match=r"^there is no index in .* yet; run `qa-bot build`$"):
        current_manifest(index_dir)


def test_a_file_in_place_of_the_folder_is_an_error_that_names_the_mend(index_dir: Path) -> None:
    index_dir.write_text("")
    with pytest.raises(IndexMissingError, match=r"is not a folder; set QA_BOT_INDEX_DIR to one$"):
        current_manifest(index_dir)


def test_an_index_of_another_version_is_an_error_that_names_the_mend(index_dir: Path) -> None:
    published = publish(index_dir)
    path = generation_folder(index_dir, published.generation) / "manifest.json"
    content = json.dumps(json.loads(path.read_bytes()) | {"format": 99, "another": "field"}).encode()
    path.write_bytes(content)
    pointer = {"generation": published.generation, "manifest_sha256": hashlib.sha256(content).hexdigest()}
    (index_dir / "CURRENT").write_text(json.dumps(pointer))
    with pytest.raises(IndexMismatchError, match=r"by another version .* \(format 99, not 2\); run `qa-bot build`$"):
        current_manifest(index_dir)


def test_an_index_of_another_model_is_an_error_that_names_the_mend(rain: Settings) -> None:
    other = rain.model_copy(update={"embedding_model": "a/model"})
    with pytest.raises(IndexMismatchError, match="run `qa-bot build`, or set the model back"):
        open_answerer(other)


# writers


def test_a_second_writer_is_told_at_once_that_the_index_is_busy(index_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from qa_bot.errors import IndexBusyError\n"
        "from qa_bot.index import writer_lock\n"
        "try:\n"
        "    with writer_lock(Path(sys.argv[1])): print('got it')\n"
        "except IndexBusyError as error: print(error)"
    )

    def other_process() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, index_dir], check=True, capture_output=True, text=True
        ).stdout.strip()

    with writer_lock(index_dir):
        assert other_process() == f"another build is writing to {index_dir}; wait until it is done"
    assert other_process() == "got it"


def test_a_second_writer_in_the_same_process_is_told_so_too(index_dir: Path) -> None:
    with writer_lock(index_dir), pytest.raises(IndexBusyError), writer_lock(index_dir):
        pass


def test_an_index_folder_that_cannot_be_made_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(IndexWriteError, match=r"can't be written to \(Not a directory\); mend that, or set "),
        writer_lock(tmp_path / "file" / "index"),
    ):
        pass


def test_a_build_into_an_impossible_folder_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It rained.")
    with pytest.raises(IndexWriteError, match="QA_BOT_INDEX_DIR"):
        build_index(Settings(corpus_dir=tmp_path, index_dir=tmp_path / "a.txt" / "index"))


def test_an_index_can_be_carried_elsewhere(rain: Settings, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(rain.index_dir, moved)
    shutil.rmtree(rain.index_dir)
    answer = open_answerer(rain.model_copy(update={"index_dir": moved})).answer("Where did it rain all day?")
    assert [quote.text for quote in answer.quotes] == [RAIN["a.txt"].strip()]


def test_every_error_of_an_index_that_cannot_be_asked_is_one_kind() -> None:
    assert {kind.__base__ for kind in (IndexMissingError, IndexCorruptError, IndexMismatchError)} == {
        IndexUnavailableError
    }
