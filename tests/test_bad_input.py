"""Whatever goes wrong is one line that names the mend, and exit code 2; what was there before is still there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qa_bot.pipeline import index_status, verify_index
from qa_bot.settings import Settings
from tests.command_line import REFUSED, json_lines, run_here, run_process, whole_environment
from tests.conftest import SmallIndex

BAKERY = "The bakery on Elm Street opens at six in the morning."
QUESTION = "When does the bakery on Elm Street open?"
HOLD_THE_LOCK = """
import sys
from pathlib import Path
from qa_bot.index import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def bakery(small_index: SmallIndex) -> Settings:
    return small_index({"bakery.txt": BAKERY})


def still_answers(settings: Settings) -> bool:
    ran = run_here("ask", "--json", QUESTION, settings=settings)
    return ran.code == 0 and bool(ran.record["quotes"][0]["text"] == BAKERY)


@pytest.mark.parametrize("command", ["build", "ask"])
def test_without_a_corpus_folder_the_line_names_it_and_the_setting(tmp_path: Path, command: str) -> None:
    settings = Settings(corpus_dir=tmp_path / "nowhere", index_dir=tmp_path / "index")
    ran = run_here(*[command, "Who?"][: 2 if command == "ask" else 1], settings=settings)
    assert ran.refusal == REFUSED
    assert ran.err == (
        f"qa-bot: the corpus folder {tmp_path / 'nowhere'} does not exist; create it, or set QA_BOT_CORPUS_DIR\n"
    )


def test_an_empty_corpus_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    settings = Settings(corpus_dir=tmp_path / "empty", index_dir=tmp_path / "index")
    ran = run_here("ask", "Who?", settings=settings)
    assert ran.refusal == REFUSED
    assert ran.err == (
        f"qa-bot: no text or Markdown document in {tmp_path / 'empty'}; put .txt or .md files there, or set "
        "QA_BOT_CORPUS_DIR\n"
    )


def test_a_corpus_folder_that_is_emptied_loses_no_index(bakery: Settings) -> None:
    (bakery.corpus_dir / "bakery.txt").unlink()
    assert run_here("build", settings=bakery).refusal == REFUSED
    assert still_answers(bakery)


def test_a_corpus_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = run_here("build", settings=Settings(corpus_dir=tmp_path / "file", index_dir=tmp_path / "index"))
    assert ran.refusal == REFUSED
    assert "is not a folder" in ran.err


@pytest.mark.parametrize("command", ["status", "verify", "sources", "show x.txt"])
def test_without_an_index_the_line_names_the_build(tmp_path: Path, command: str) -> None:
    ran = run_here(*command.split(), settings=Settings(corpus_dir=tmp_path, index_dir=tmp_path / "index"))
    assert ran.refusal == REFUSED
    assert ran.err == f"qa-bot: there is no index in {tmp_path / 'index'} yet; run `qa-bot build`\n"
    assert list(tmp_path.iterdir()) == []


def test_an_index_of_another_model_is_refused_and_kept(bakery: Settings) -> None:
    ran = run_here("ask", QUESTION, settings=bakery.model_copy(update={"embedding_model": "someone/other-model"}))
    assert ran.refusal == REFUSED
    assert ran.err == (
        "qa-bot: the index was built with sentence-transformers/all-MiniLM-L6-v2, but QA_BOT_EMBEDDING_MODEL is "
        "someone/other-model; run `qa-bot build`, or set the model back\n"
    )
    assert still_answers(bakery)


@pytest.mark.parametrize("model", ["someone/there-is-no-such-model", "./no/such/folder", "."])
def test_a_model_that_cannot_be_had_is_refused_and_the_old_index_is_kept(bakery: Settings, model: str) -> None:
    ran = run_here("build", settings=bakery.model_copy(update={"embedding_model": model}))
    assert ran.refusal == REFUSED
    assert "QA_BOT_EMBEDDING_MODEL" in ran.err
    assert still_answers(bakery)


def damaged_ways(content: bytes) -> list[bytes]:
    """A file emptied, cut short, changed in one byte, and replaced by JSON that says nothing."""
    middle = len(content) // 2
    changed = content[:middle] + bytes([content[middle] ^ 0x5A]) + content[middle + 1 :]
    return [b"", content[:middle], changed, b"{}"]


FILES = [
    "CURRENT",
    "generations/*/manifest.json",
    "generations/*/store.sqlite",
    "generations/*/passages.faiss",
    "generations/*/sentences.faiss",
    "models/*/export.json",
    "models/*/tokenizer.json",
]


@pytest.mark.parametrize("pattern", FILES)
def test_a_damaged_index_file_is_refused_with_its_mend(bakery: Settings, pattern: str) -> None:
    (path,) = bakery.index_dir.glob(pattern)
    for damaged in damaged_ways(path.read_bytes()):
        replace(path, damaged)
        ran = run_here("ask", QUESTION, settings=bakery)
        assert ran.refusal == REFUSED
        assert "; run `qa-bot build" in ran.err
        assert run_here("verify", settings=bakery).code == 2


def test_a_build_mends_a_damaged_index_and_a_damaged_model(bakery: Settings) -> None:
    for pattern in ("generations/*/store.sqlite", "models/*/tokenizer.json", "models/*/export.json"):
        (path,) = bakery.index_dir.glob(pattern)
        replace(path, path.read_bytes()[:-1])
    mended = run_here("build", settings=bakery)
    assert (mended.code, mended.err) == (0, "")
    assert still_answers(bakery)
    assert verify_index(bakery).problems == ()


def test_an_index_file_that_is_gone_is_refused_and_a_build_mends_it(bakery: Settings) -> None:
    for path in [*bakery.index_dir.glob("generations/*/store.sqlite")]:
        path.unlink()
    ran = run_here("ask", QUESTION, settings=bakery)
    assert ran.refusal == REFUSED
    assert ran.err.endswith("store.sqlite can't be read (No such file or directory); run `qa-bot build`\n")
    run_here("build", settings=bakery)
    assert still_answers(bakery)


def test_a_damaged_compiled_model_is_made_anew(bakery: Settings) -> None:
    for path in bakery.index_dir.glob("models/*/compiled/*"):
        replace(path, b"damaged")
    assert still_answers(bakery)


def replace(path: Path, content: bytes) -> None:
    """Write a file anew, since the exported model's files are linked to those of other tests."""
    path.unlink()
    path.write_bytes(content)


def test_a_question_of_ten_thousand_characters_is_answered(seeds_settings: Settings) -> None:
    question = ("How many detainers did ICE issue on Sunday? " * 250)[:10_000]
    ran = run_process("ask", "--json", question, settings=seeds_settings)
    assert (ran.err, ran.record["question"]) == ("", question)
    assert (ran.record["quotes"] + ran.record["closest"])[0]["start"] == 2070


def test_a_question_of_a_million_characters_is_no_crash(seeds_settings: Settings) -> None:
    lines = json_lines({"question": "x" * 1_000_000}, {"question": "who " * 250_000})
    ran = run_here("ask", "--jsonl", settings=seeds_settings, stdin=lines)
    assert (ran.code, ran.err, [record["answered"] for record in ran.records]) == (0, "", [False, False])


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("words", [[""], ["  "], ["\n", "\t"], []])
def test_an_empty_question_is_refused_with_an_example(seeds_settings: Settings, command: str, words: list[str]) -> None:
    ran = run_here(command, *words, settings=seeds_settings)
    assert ran.refusal == REFUSED
    assert f"qa-bot {command} " in ran.err


@pytest.mark.parametrize(
    "question", ["?", "the of and", "…", "🙂", "\x01", "'\"*(", "NEAR(a b)", "a AND NOT b OR", "%_"]
)
def test_a_question_without_a_subject_is_a_refusal_and_no_error(seeds_settings: Settings, question: str) -> None:
    ran = run_here("ask", "--json", question, settings=seeds_settings)
    assert (ran.code, ran.err, ran.record["answered"]) == (1, "", False)


def test_a_binary_file_among_the_documents_is_skipped_with_its_reason(small_index: SmallIndex) -> None:
    settings = small_index(
        {"bakery.txt": BAKERY, "archive.txt": b"PK\x03\x04\x00\x00" * 100, "noise.md": bytes(range(256))}
    )
    ran = run_here("build", settings=settings)
    assert (ran.code, ran.err.splitlines()) == (
        0,
        ["skipped archive.txt: binary, not text", "skipped noise.md: binary, not text"],
    )
    assert still_answers(settings)


@pytest.mark.parametrize("command", ["build", "ask"])
def test_an_index_folder_that_cannot_be_written_to_is_named(bakery: Settings, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    below_a_file = bakery.model_copy(update={"index_dir": tmp_path / "file" / "index"})
    ran = run_here(*[command, QUESTION][: 2 if command == "ask" else 1], settings=below_a_file)
    assert ran.refusal == REFUSED
    assert ran.err == (
        f"qa-bot: the index folder {tmp_path / 'file' / 'index'} can't be written to (Not a directory); mend that, or "
        "set QA_BOT_INDEX_DIR to a folder that you may write to\n"
    )


def test_a_second_build_at_once_is_refused_and_readers_go_on(bakery: Settings) -> None:
    (bakery.corpus_dir / "new.txt").write_text("The harbour is closed.")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(bakery.index_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=whole_environment(),
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        ran = run_here("build", settings=bakery)
        answered = still_answers(bakery)
        holder.communicate(timeout=60)
    assert ran.refusal == REFUSED
    assert ran.err == f"qa-bot: another build is writing to {bakery.index_dir}; wait until it is done\n"
    assert answered
    assert run_here("build", "--json", settings=bakery).record["documents"] == 2


def test_a_build_that_was_killed_leaves_the_old_index_and_no_rubbish(bakery: Settings) -> None:
    draft = bakery.index_dir / "generations" / ".draft-20200101T000000Z-abcdef"
    draft.mkdir()
    (draft / "store.sqlite").write_bytes(b"half")
    assert still_answers(bakery)
    generation = index_status(bakery).index.generation
    run_here("build", "--full", settings=bakery)
    assert draft.exists() is False
    assert generation in {path.name for path in (bakery.index_dir / "generations").iterdir()}


def test_arguments_that_are_no_utf8_are_no_crash(seeds_settings: Settings) -> None:
    asked = run_process("ask", "--json", b"caf\xe9 \xff?", settings=seeds_settings)
    assert (asked.code, asked.err, asked.record["answered"]) == (1, "", False)
    for arguments in ([b"show", b"caf\xe9.txt"], [b"ask", b"--source", b"caf\xe9*", b"Who?"]):
        ran = run_process(*arguments, settings=seeds_settings)
        assert ran.refusal == REFUSED
        assert ran.err.endswith("`qa-bot sources` lists them\n")


def test_lone_surrogates_and_nul_in_a_question_are_no_crash(seeds_settings: Settings) -> None:
    line = rb'{"id": "\ud800", "question": "detainers \ud800 on\u0000 Sunday\udfff?", "history": ["\udc00", "a\u0000"]}'
    ran = run_process("ask", "--jsonl", settings=seeds_settings, stdin=line)
    (record,) = ran.records
    assert (ran.code, ran.err) == (0, "")
    assert (record["id"], record["question"]) == ("\ud800", "detainers \ud800 on\x00 Sunday\udfff?")
    assert (record["quotes"] + record["closest"])[0]["start"] == 2070


@pytest.mark.parametrize(
    "arguments",
    [("ask", "--source", "nothing*", "Who?"), ("search", "--source", "nothing*", "x"), ("show", "nothing.txt")],
)
def test_an_unknown_source_is_refused_with_where_to_look(seeds_settings: Settings, arguments: tuple[str, ...]) -> None:
    ran = run_here(*arguments, settings=seeds_settings)
    assert ran.refusal == REFUSED
    assert ran.err.endswith("`qa-bot sources` lists them\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "--jsonl", "Who?"),
        ("search", "--jsonl", "x"),
        ("ask", "--no-such-option", "Who?"),
        ("search", "-k", "0", "x"),
        ("search", "-k", "many", "x"),
        ("show",),
        ("show", "a.txt", "b.txt"),
        ("show", "000_d1cbebca1ca9454b.txt", "--around", "-1"),
        ("show", "000_d1cbebca1ca9454b.txt", "--around", "999999"),
        ("completion", "tcsh"),
        ("build", "now"),
        ("nothing",),
    ],
)
def test_a_wrong_option_is_one_line_that_names_the_help(seeds_settings: Settings, arguments: tuple[str, ...]) -> None:
    ran = run_here(*arguments, settings=seeds_settings)
    assert ran.refusal == REFUSED
    assert ran.err.startswith("qa-bot: ")
    assert ran.err.endswith("--help` shows how)\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QA_BOT_MAX_QUOTES", "none"),
        ("QA_BOT_MAX_QUOTES", "0"),
        ("QA_BOT_MIN_CONFIDENCE", "2"),
        ("QA_BOT_LOG_LEVEL", "LOUD"),
        ("QA_BOT_EMBEDDING_MODEL", ""),
        ("QA_BOT_DISCORD_CHANNELS", "general, off-topic"),
    ],
)
def test_an_invalid_setting_is_one_line_that_names_it(seeds_settings: Settings, name: str, value: str) -> None:
    ran = run_here("ask", "Who?", settings=seeds_settings, environment={name: value})
    assert ran.refusal == REFUSED
    assert ran.err.startswith(f"qa-bot: {name}: ")
    assert ran.err.count(name) == 1
    assert ran.err.endswith(". Mend it in the environment or in .env\n")


def test_several_invalid_settings_are_named_in_one_line(seeds_settings: Settings) -> None:
    ran = run_here(
        "status", settings=seeds_settings, environment={"QA_BOT_MAX_QUOTES": "0", "QA_BOT_LOG_LEVEL": "LOUD"}
    )
    assert ran.refusal == REFUSED
    assert ("QA_BOT_MAX_QUOTES: " in ran.err, "QA_BOT_LOG_LEVEL: " in ran.err) == (True, True)


def test_a_dot_env_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"QA_BOT_CORPUS_DIR=caf\xe9\n")
    ran = run_process("status", cwd=tmp_path)
    assert ran.refusal == REFUSED
    assert ran.err.startswith("qa-bot: .env can't be read (")


def test_an_error_in_jsonl_is_json_too(seeds_settings: Settings) -> None:
    ran = run_here(
        "ask", "--jsonl", "--source", "no*", settings=seeds_settings, stdin=b'{"id": 1, "question": "Who?"}\n'
    )
    assert (
        ran.out
        == json.dumps({"id": 1, "error": "no source matches 'no*'; `qa-bot sources` lists them"}).encode() + b"\n"
    )
