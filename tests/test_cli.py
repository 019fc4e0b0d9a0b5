"""The commands, as a shell and other programs see them: exit codes, JSON, streams."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from qa_bot.cli.main import COMMANDS
from qa_bot.pipeline import index_status, open_answerer
from qa_bot.settings import DEFAULT_MODEL, Settings
from tests.command_line import COMMAND, environment_of, json_lines, run_here, run_process, whole_environment
from tests.conftest import SEEDS, SmallIndex

RAIDS = "000_d1cbebca1ca9454b.txt"
SUNDAY = "How many detainers did ICE issue on Sunday?"
SUNDAY_QUOTE = (
    "ICE said it made 1,179 arrests and lodged 853 detainers on Monday after it carried out 956 arrests and issued 554 "
    "detainers on Sunday leading up to Tuesday’s Big Apple action."
)
NOT_THERE = "What is the capital of Australia?"
ANSWER_KEYS = {"question", "answered", "confidence", "quotes", "closest", "index", "took_ms"}
QUOTE_KEYS = {
    "text", "source", "start", "end", "paragraph", "line", "title", "url", "published", "page", "link", "context",
    "score", "also_in",
}  # fmt: skip
HIT_KEYS = {"source", "start", "end", "text", "paragraph", "line", "title", "score"}


@pytest.fixture
def index_record(seeds_settings: Settings) -> dict[str, str]:
    return {"generation": index_status(seeds_settings).index.generation, "model": DEFAULT_MODEL}


def without(record: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


def test_an_answer_in_json_holds_what_the_contract_says(seeds_settings: Settings, index_record: dict[str, str]) -> None:
    ran = run_process("ask", "--json", *SUNDAY.split(), settings=seeds_settings)
    answer = ran.record
    quotes = answer["quotes"]
    assert (ran.code, ran.err, ran.out.count(b"\n")) == (0, "", 1)
    assert answer.keys() == ANSWER_KEYS
    assert [quote.keys() for quote in quotes] == [QUOTE_KEYS] * len(quotes)
    assert without(answer, "confidence", "quotes", "took_ms") == {
        "question": SUNDAY,
        "answered": True,
        "closest": [],
        "index": index_record,
    }
    assert without(quotes[0], "score") == {
        "text": SUNDAY_QUOTE,
        "source": RAIDS,
        "start": 2070,
        "end": 2245,
        "paragraph": 12,
        "line": 12,
        "title": "000 d1cbebca1ca9454b",
        "url": None,
        "published": None,
        "page": None,
        "link": None,
        "context": SUNDAY_QUOTE,
        "also_in": [],
    }
    assert 0.5 < answer["confidence"] <= 1.0
    assert 0.0 < quotes[0]["score"] <= 1.0
    assert answer["took_ms"] >= 0.0


def test_a_question_that_the_sources_do_not_answer_exits_with_1(
    seeds_settings: Settings, index_record: dict[str, str]
) -> None:
    ran = run_here("ask", "--json", NOT_THERE, settings=seeds_settings)
    answer = ran.record
    assert (ran.code, ran.err, answer.keys()) == (1, "", ANSWER_KEYS)
    assert without(answer, "confidence", "closest", "took_ms") == {
        "question": NOT_THERE,
        "answered": False,
        "quotes": [],
        "index": index_record,
    }
    assert [quote.keys() for quote in answer["closest"]] == [QUOTE_KEYS] * len(answer["closest"])
    assert 0.0 <= answer["confidence"] < 0.5


def test_json_of_a_document_with_front_matter_holds_its_address_date_and_link(small_index: SmallIndex) -> None:
    settings = small_index(
        {
            "guide.md": "---\ntitle: The guide\nurl: https://example.org/guide\ndate: 2025-01-28\n---\n\n"
            "The bakery on Elm Street opens at six.\n"
        }
    )
    quote = run_here("ask", "--json", "When does the bakery on Elm Street open?", settings=settings).record["quotes"][0]
    assert {key: quote[key] for key in ("text", "title", "url", "published", "page", "link")} == {
        "text": "The bakery on Elm Street opens at six.",
        "title": "The guide",
        "url": "https://example.org/guide",
        "published": "2025-01-28",
        "page": None,
        "link": "https://example.org/guide#:~:text=The%20bakery%20on%20Elm%20Street%20opens%20at%20six.",
    }


def test_an_answer_through_a_pipe_is_plain_text_with_its_citation(seeds_settings: Settings) -> None:
    ran = run_here("ask", "--source", RAIDS, SUNDAY, settings=seeds_settings)
    first = ran.text.split("\n\n")[0]
    assert (ran.code, ran.err) == (0, "")
    assert first == f"> {SUNDAY_QUOTE}\n  -- {RAIDS}, paragraph 12, line 12"
    assert "\x1b" not in ran.text


def test_a_refusal_through_a_pipe_says_so_first(seeds_settings: Settings) -> None:
    ran = run_here("ask", NOT_THERE, settings=seeds_settings)
    assert (ran.code, ran.err) == (1, "")
    assert ran.text.startswith("Not in the sources. The closest passages, which are no answer:\n\n> ")


def test_a_question_a_line_is_answered_in_order_with_its_id(
    seeds_settings: Settings, index_record: dict[str, str]
) -> None:
    questions = json_lines(
        {"id": "a", "question": SUNDAY},
        {"id": 2, "question": NOT_THERE},
        {"question": "And on Sunday?", "history": ["How many detainers did ICE lodge on Monday?"], "id": None},
        {"question": SUNDAY, "history": []},
    )
    ran = run_here("ask", "--jsonl", settings=seeds_settings, stdin=questions)
    answers = ran.records
    assert (ran.code, ran.err) == (0, "")
    assert [answer.keys() for answer in answers] == [ANSWER_KEYS | {"id"}] * 3 + [ANSWER_KEYS]
    assert [(answer.get("id", "none"), answer["question"], answer["answered"]) for answer in answers] == [
        ("a", SUNDAY, True),
        (2, NOT_THERE, False),
        (None, "And on Sunday?", True),
        ("none", SUNDAY, True),
    ]
    assert [answer["index"] for answer in answers] == [index_record] * 4
    assert [answers[i]["quotes"][0]["text"] for i in (0, 2, 3)] == [SUNDAY_QUOTE] * 3


def test_a_bad_line_gets_an_error_in_its_place_and_the_next_is_answered(seeds_settings: Settings) -> None:
    lines = [
        b"not json",
        b"[1]",
        b'{"id": 3}',
        b'{"id": 4, "question": 5}',
        b'{"id": 5, "question": "  "}',
        b'{"id": 6, "question": "Who?", "history": "what"}',
        b'{"id": 7, "question": "caf\xe9"}',
        b'{"id": NaN, "question": "Who?"}',
        b'{"id": 9, "question": "' + b"[" * 100_000,
        b"[" * 100_000,
        b"",
        json.dumps({"id": 10, "question": SUNDAY}).encode(),
    ]
    ran = run_here("ask", "--jsonl", settings=seeds_settings, stdin=b"\n".join(lines))
    assert (ran.code, ran.err) == (0, "")
    *errors, last = ran.records
    assert [set(error) for error in errors] == [
        {"error"}, {"error"}, {"id", "error"}, {"id", "error"}, {"id", "error"}, {"id", "error"},
        {"error"}, {"error"}, {"error"}, {"error"},
    ]  # fmt: skip
    assert [error["id"] for error in errors if "id" in error] == [3, 4, 5, 6]
    assert (last["id"], last["quotes"][0]["text"]) == (10, SUNDAY_QUOTE)


def test_each_line_is_answered_before_the_next_is_read(seeds_settings: Settings) -> None:
    with subprocess.Popen(
        [*COMMAND, "ask", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=whole_environment(seeds_settings),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answered = []
        for identity, question in enumerate((SUNDAY, NOT_THERE)):
            process.stdin.write(json_lines({"id": identity, "question": question}))
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            answered.append((answer["id"], answer["answered"]))
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert answered == [(0, True), (1, False)]


def test_search_gives_the_best_passages_in_json(seeds_settings: Settings, index_record: dict[str, str]) -> None:
    ran = run_here("search", "--json", "-k", "3", "detainers", "on", "Sunday", settings=seeds_settings)
    found = ran.record
    assert (ran.code, ran.err) == (0, "")
    assert found.keys() == {"query", "hits", "index", "took_ms"}
    assert (found["query"], found["index"]) == ("detainers on Sunday", index_record)
    assert [hit.keys() for hit in found["hits"]] == [HIT_KEYS] * 3
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert without(found["hits"][0], "score") == {
        "source": RAIDS,
        "start": 2070,
        "end": 2245,
        "text": SUNDAY_QUOTE,
        "paragraph": 12,
        "line": 12,
        "title": "000 d1cbebca1ca9454b",
    }


def test_search_gives_ten_passages_where_none_other_is_asked_for(seeds_settings: Settings) -> None:
    assert len(run_here("search", "--json", "immigration", settings=seeds_settings).record["hits"]) == 10


def test_search_through_a_pipe_is_plain_text(seeds_settings: Settings) -> None:
    ran = run_here("search", "-k", "1", "detainers on Sunday", settings=seeds_settings)
    heading, text = ran.text.rstrip("\n").split("\n")
    assert (ran.code, heading.rpartition(" ")[0]) == (0, f"1. {RAIDS}, paragraph 12, line 12")
    assert text == f"   {SUNDAY_QUOTE}"


def test_search_reads_a_query_a_line(seeds_settings: Settings) -> None:
    lines = json_lines({"id": 1, "query": "detainers on Sunday"}, {"id": 2}, {"query": "sanctuary city"})
    ran = run_here("search", "--jsonl", "-k", "1", settings=seeds_settings, stdin=lines)
    first, second, third = ran.records
    assert ran.code == 0
    assert (first["id"], [hit["text"] for hit in first["hits"]]) == (1, [SUNDAY_QUOTE])
    assert second == {"id": 2, "error": '"query" must be a string'}
    assert third.keys() == {"query", "hits", "index", "took_ms"}


@pytest.mark.parametrize("source", sorted(path.name for path in SEEDS.iterdir()))
def test_show_prints_the_file_byte_for_byte(seeds_settings: Settings, source: str) -> None:
    ran = run_here("show", source, settings=seeds_settings)
    assert (ran.code, ran.out, ran.err) == (0, (SEEDS / source).read_bytes(), "")


def test_show_keeps_line_ends_and_byte_order_mark(small_index: SmallIndex) -> None:
    content = "\ufeffOne line.\r\nAnother line.\r\rA third\x0b line.\n\n".encode()
    settings = small_index({"odd/ends é.txt": content})
    assert run_process("show", "odd/ends é.txt", settings=settings).out == content


def test_show_around_prints_whole_lines_near_an_offset(seeds_settings: Settings) -> None:
    ran = run_here("show", RAIDS, "--around", "2070", settings=seeds_settings)
    content = (SEEDS / RAIDS).read_bytes()
    assert (ran.code, content.endswith(ran.out), ran.text.startswith("Mayor Eric Adams said last week")) == (
        0,
        True,
        True,
    )


def test_sources_lists_every_document(seeds_settings: Settings) -> None:
    ran = run_here("sources", "--json", settings=seeds_settings)
    listed = ran.record["sources"]
    assert ran.code == 0
    assert [(entry["source"], entry["characters"], entry["encoding"]) for entry in listed] == [
        (path.name, len(path.read_bytes().decode()), "utf-8") for path in sorted(SEEDS.iterdir())
    ]
    assert [entry["title"] for entry in listed] == [
        "000 d1cbebca1ca9454b",
        "001 0e3d50258a8a4896",
        "Trump orders ICE to step up deportation efforts in Democrat-run cities",
        "Massive deportation raids under way in the CIE: report",
        (
            "In defiance of Mayor deBlasio’s NYC ‘sanctuary city’ status, NYPD officers alert federal "
            "immigration (ICE) "
            "agents when illegals facing deportation will be in court"
        ),
    ]
    lines = run_here("sources", settings=seeds_settings).text.splitlines()
    assert [line.split()[0] for line in lines] == [entry["source"] for entry in listed]


def test_status_in_json_tells_what_the_index_is(seeds_settings: Settings, index_record: dict[str, str]) -> None:
    ran = run_here("status", "--json", settings=seeds_settings)
    status = ran.record
    listed = run_here("sources", "--json", settings=seeds_settings).record["sources"]
    assert (ran.code, ran.err) == (0, "")
    assert without(status, "created", "age_seconds", "bytes", "sentences") == {
        "index": index_record,
        "documents": 5,
        "passages": sum(entry["passages"] for entry in listed),
        "dimension": 384,
        "drift": {"added": [], "changed": [], "removed": []},
        "skipped": [],
        "up_to_date": True,
    }
    folder = seeds_settings.index_dir / "generations" / index_record["generation"]
    assert status["bytes"] == sum(path.stat().st_size for path in folder.iterdir() if path.name != "manifest.json")


def test_status_names_how_the_documents_changed_and_what_to_do(small_index: SmallIndex) -> None:
    settings = small_index({"a.txt": "The bakery opens at six.", "b.txt": "The harbour is closed."})
    (settings.corpus_dir / "a.txt").write_text("The bakery opens at eight.")
    (settings.corpus_dir / "b.txt").unlink()
    (settings.corpus_dir / "c.txt").write_text("The library lends bicycles.")
    ran = run_here("status", settings=settings)
    assert ran.text.splitlines()[-4:] == [
        "added       c.txt",
        "changed     a.txt",
        "removed     b.txt",
        "Run `qa-bot build` to bring the index up to date.",
    ]


def test_verify_exits_with_0_for_a_whole_index_and_2_for_a_damaged_one(small_index: SmallIndex) -> None:
    settings = small_index({"a.txt": "The bakery opens at six."})
    generation = index_status(settings).index.generation
    whole = run_here("verify", settings=settings)
    assert (whole.code, whole.text, whole.err) == (0, f"Whole: 3 files, 1 passages ({generation}).\n", "")
    record = run_here("verify", "--json", settings=settings).record
    assert without(record, "details") == {
        "index": {"generation": generation, "model": DEFAULT_MODEL},
        "files": 3,
        "passages": 1,
        "problems": [],
        "ok": True,
    }
    path = settings.index_dir / "generations" / generation / "passages.faiss"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    damaged = run_here("verify", settings=settings)
    assert (damaged.code, damaged.text) == (2, "")
    assert damaged.err == f"qa-bot: {path} is damaged (its SHA-256 differs)\n"


def test_build_tells_what_it_did_and_then_that_all_is_up_to_date(small_index: SmallIndex) -> None:
    settings = small_index({"a.txt": "The bakery opens at six."})
    (settings.corpus_dir / "b.txt").write_text("The harbour is closed.")
    (settings.corpus_dir / "c.bin").write_bytes(b"\x00\x01")
    (settings.corpus_dir / "d.txt").write_bytes("Café au lait.".encode("cp1252"))
    ran = run_here("build", "--json", settings=settings)
    assert ran.code == 0
    assert without(ran.record, "index", "seconds") == {
        "changed": True,
        "documents": 3,
        "passages": 3,
        "embedded": 2,
        "skipped": [{"source": "c.bin", "reason": "not a text or Markdown file (.bin)"}],
        "notes": ["d.txt: not UTF-8, read as windows-1252"],
    }
    again = run_here("build", settings=settings)
    assert again.text == f"Up to date: 3 documents, 3 passages ({ran.record['index']['generation']}).\n"
    assert again.err.splitlines() == [
        "skipped c.bin: not a text or Markdown file (.bin)",
        "d.txt: not UTF-8, read as windows-1252",
    ]
    full = run_here("build", "--full", "--json", settings=settings).record
    assert (full["changed"], full["embedded"]) == (True, 3)


def test_ask_builds_the_index_first_where_there_is_none(small_index: SmallIndex) -> None:
    settings = small_index({"a.txt": "The bakery on Elm Street opens at six."})
    (settings.index_dir / "CURRENT").unlink()
    ran = run_process("ask", "When does the bakery on Elm Street open?", settings=settings)
    assert (ran.code, ran.text.splitlines()[0]) == (0, "> The bakery on Elm Street opens at six.")
    assert ran.err == f"There is no index yet: building it from {settings.corpus_dir}.\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_leaves_early_causes_no_traceback(small_index: SmallIndex, unbuffered: str) -> None:
    settings = small_index({"a.txt": "The bakery opens at six.\n" * 6_000})
    pipeline = 'set -o pipefail; "$@" | head -c 10'
    done = subprocess.run(
        ["bash", "-c", pipeline, "bash", *COMMAND, "show", "a.txt"],
        capture_output=True,
        env=whole_environment(settings, PYTHONUNBUFFERED=unbuffered),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, b"The bakery", b"")


def test_a_reader_of_jsonl_who_leaves_causes_no_traceback(seeds_settings: Settings) -> None:
    with subprocess.Popen(
        [*COMMAND, "ask", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=whole_environment(seeds_settings),
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(json_lines({"question": SUNDAY}, {"question": SUNDAY}), timeout=60)
    assert (process.returncode, err) == (2, b"")


@pytest.mark.parametrize("name", sorted(COMMANDS))
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_of_every_command_shows_examples(name: str, flag: str) -> None:
    ran = run_here(name, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.text.startswith(f"Usage: qa-bot {name} ")
    assert f"\n  qa-bot {name}" in ran.text


def test_the_help_of_all_lists_every_command() -> None:
    ran = run_process("--help")
    listed = ran.text.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line[2:3].strip()] == sorted(COMMANDS)
    assert (ran.code, run_process("-h").out) == (0, ran.out)


def test_without_a_command_the_help_is_shown_as_an_error() -> None:
    ran = run_here()
    assert (ran.code, ran.text, ran.err) == (2, "", run_here("--help").text)


def test_the_version_is_told() -> None:
    import qa_bot

    assert run_here("--version").text == f"qa-bot, version {qa_bot.__version__}\n"


@pytest.mark.parametrize(
    ("shell", "path"),
    [
        ("bash", ".local/share/bash-completion/completions/qa-bot"),
        ("zsh", ".local/share/zsh/site-functions/_qa-bot"),
        ("fish", ".config/fish/completions/qa-bot.fish"),
    ],
)
def test_completion_is_printed_and_installed_below_home(tmp_path: Path, shell: str, path: str) -> None:
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    printed = run_here("completion", shell, environment=environment)
    assert (printed.code, "_QA_BOT_COMPLETE" in printed.text) == (0, True)
    installed = run_here("completion", shell, "--install", environment=environment)
    assert installed.text.splitlines()[0] == f"Installed {tmp_path / path}; open a new shell."
    assert (tmp_path / path).read_text(encoding="utf-8") == printed.text


def test_completion_that_cannot_be_installed_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = run_here("completion", "bash", "--install", environment={"XDG_DATA_HOME": str(tmp_path / "file")})
    assert (ran.code, ran.text) == (2, "")
    assert ran.err.endswith("can't be written (Not a directory); print the script and place it yourself\n")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("qa-bot s", ["search", "show", "sources", "status"]),
        ("qa-bot ask --j", ["--json", "--jsonl"]),
        ("qa-bot show 00", sorted(path.name for path in SEEDS.iterdir())),
        ("qa-bot ask --source 003", ["003_08f661f59a53808d.txt"]),
    ],
)
def test_the_shell_completes_commands_options_and_sources(
    seeds_settings: Settings, words: str, completed: list[str]
) -> None:
    ran = run_here(
        settings=seeds_settings,
        environment={
            "_QA_BOT_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
    )
    assert (ran.code, ran.text.splitlines()) == (0, [f"plain,{word}" for word in completed])


def test_settings_are_read_from_env_in_the_working_directory(seeds_settings: Settings, tmp_path: Path) -> None:
    lines = [f"{name}={value}\n" for name, value in environment_of(seeds_settings).items()]
    (tmp_path / ".env").write_text("".join([*lines, "QA_BOT_MAX_QUOTES=1\n", "UNRELATED=1\n"]))
    ran = run_process("ask", "--json", SUNDAY, cwd=tmp_path)
    assert (ran.code, [quote["text"] for quote in ran.record["quotes"]]) == (0, [SUNDAY_QUOTE])
    (tmp_path / ".env").write_text("".join([*lines, "QA_BOT_MAX_QUOTES=many\n"]))
    invalid = run_process("ask", SUNDAY, cwd=tmp_path)
    assert (invalid.code, invalid.out, invalid.err.startswith("qa-bot: QA_BOT_MAX_QUOTES: ")) == (2, b"", True)
    overruled = run_process("ask", "--json", SUNDAY, cwd=tmp_path, QA_BOT_MAX_QUOTES="1")
    assert (overruled.code, [quote["text"] for quote in overruled.record["quotes"]]) == (0, [SUNDAY_QUOTE])


def test_the_answers_of_the_command_are_those_of_the_engine(seeds_settings: Settings) -> None:
    answerer = open_answerer(seeds_settings)
    expected = answerer.answer(SUNDAY)
    answerer.close()
    record = run_here("ask", "--json", SUNDAY, settings=seeds_settings).record
    assert [(q["source"], q["start"], q["end"], q["text"]) for q in record["quotes"]] == [
        (q.source, q.start, q.end, q.text) for q in expected.quotes
    ]
    assert record["confidence"] == round(expected.confidence, 4)


def test_an_output_that_is_not_utf8_gets_escapes_instead_of_a_crash(seeds_settings: Settings) -> None:
    ran = run_process("ask", "--json", SUNDAY, settings=seeds_settings, PYTHONIOENCODING="ascii")
    assert (ran.code, ran.record["quotes"][0]["text"]) == (0, SUNDAY_QUOTE)
    plain = run_process("ask", "--source", RAIDS, SUNDAY, settings=seeds_settings, PYTHONIOENCODING="latin-1")
    assert (plain.code, "Tuesday\\u2019s" in plain.out.decode("latin-1")) == (0, True)


def test_a_command_whose_errors_nobody_reads_still_answers(seeds_settings: Settings) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" 2>&-', "bash", *COMMAND, "ask", "--json", SUNDAY],
        stdout=subprocess.PIPE,
        env=whole_environment(seeds_settings),
        check=False,
        timeout=60,
    )
    assert (done.returncode, json.loads(done.stdout)["answered"]) == (0, True)


def test_the_console_script_is_the_same_program() -> None:
    project = tomllib.loads((SEEDS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"qa-bot": "qa_bot.cli:main"}
