from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from qa_bot.corpus import file_hashes, read_corpus, reading
from qa_bot.errors import CorpusError
from qa_bot.types import SkippedFile
from tests.conftest import write_corpus

RAIN = "Rain in Utrecht\n\nIt rained all day.\n"


def texts(folder: Path) -> dict[str, str]:
    return {document.source: document.text for document in read_corpus(folder).documents}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffRain.\n",
        "Rain.\r\nSun.\r\n",
        "Rain.\rSun.",
        "Rain.\n\n\n",
        "  Rain.\t",
        "e\u0301 é 👩‍👩‍👧 \u202eabc",
        "a\fb\x1ac",
    ],
    ids=["byte-order mark", "CRLF", "CR", "line ends at the end", "white space", "Unicode", "control characters"],
)
def test_a_utf_8_file_is_its_text_untouched(tmp_path: Path, text: str) -> None:
    corpus = read_corpus(write_corpus(tmp_path, {"a.txt": text}))
    assert [(d.text, d.encoding, d.sha256) for d in corpus.documents] == [
        (text, "utf-8", hashlib.sha256(text.encode()).hexdigest())
    ]
    assert corpus.notes == ()


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        ("Zürich, naïve".encode("latin-1"), "Zürich, naïve", "windows-1252"),
        (b"\x93Rain\x94 \x80 5", "“Rain” € 5", "windows-1252"),
        (b"caf\xe9 \x81", "café \x81", "latin-1"),
        (b"Rain \xff\xfe in \xc3", "Rain ÿþ in Ã", "windows-1252"),
        ("Zürich 👩".encode("utf-16"), "Zürich 👩", "utf-16"),
        (b"\xfe\xff" + "Zürich 👩".encode("utf-16-be"), "Zürich 👩", "utf-16"),
    ],
    ids=["Latin-1", "Windows-1252", "neither", "stray bytes", "UTF-16", "UTF-16, big-endian"],
)
def test_another_encoding_is_read_and_remarked_on(tmp_path: Path, content: bytes, text: str, encoding: str) -> None:
    corpus = read_corpus(write_corpus(tmp_path, {"a.txt": content}))
    assert [(d.text, d.encoding) for d in corpus.documents] == [(text, encoding)]
    assert corpus.notes == (f"a.txt: not UTF-8, read as {encoding}",)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("b.txt", b"", "empty"),
        ("b.txt", " \r\n\u00a0\n".encode(), "empty"),
        ("b.txt", b"\xef\xbb\xbf\n", "empty"),
        ("b.txt", b"\xef\xbb\xbf \xef\xbb\xbf", "empty"),
        ("b.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "binary, not text"),
        ("b.md", bytes(range(1, 32)) * 4 + b"\xff", "binary, not text"),
        ("b.txt", b"\xff\xfea", "not valid UTF-16, though its byte-order mark says so"),
        ("b.pdf", b"%PDF-1.4", "not a text or Markdown file (.pdf)"),
        ("README", b"Rain.", "not a text or Markdown file (no suffix)"),
    ],
    ids=["empty", "blank", "a mark", "marks", "image", "controls", "broken UTF-16", "PDF", "no suffix"],
)
def test_a_file_that_is_no_text_is_skipped_with_its_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    corpus = read_corpus(write_corpus(tmp_path, {"a.txt": RAIN, name: content}))
    assert corpus.skipped == (SkippedFile(name, reason),)
    assert [document.source for document in corpus.documents] == ["a.txt"]


def test_text_and_markdown_are_read_whatever_the_case_of_their_suffix(tmp_path: Path) -> None:
    names = ["a.txt", "b.TXT", "c.text", "d.md", "e.MD", "f.markdown", "g.mdown", "h.mkd"]
    assert list(texts(write_corpus(tmp_path, dict.fromkeys(names, RAIN)))) == names


def test_nested_folders_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ["B.txt", "a-b.txt", "a.txt", "a/b.txt", "a/b/c.txt", "b.txt", "é.txt"]
    assert list(texts(write_corpus(tmp_path, dict.fromkeys(reversed(names), RAIN)))) == names


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    corpus = read_corpus(write_corpus(tmp_path, {"a.txt": RAIN, ".b.txt": RAIN, ".git/c.txt": RAIN, "d/.e.md": RAIN}))
    assert ([document.source for document in corpus.documents], corpus.skipped) == (["a.txt"], ())


def test_a_loop_of_links_is_not_followed(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", {"a/b.txt": RAIN})
    (folder / "a" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "itself.txt").symlink_to("itself.txt")
    corpus = read_corpus(folder)
    assert [document.source for document in corpus.documents] == ["a/b.txt"]
    assert [entry.source for entry in corpus.skipped] == ["itself.txt"]


def test_a_link_to_a_file_is_read_and_a_dangling_one_is_skipped(tmp_path: Path) -> None:
    write_corpus(tmp_path / "elsewhere", {"b.txt": RAIN})
    folder = write_corpus(tmp_path / "corpus", {})
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere" / "b.txt")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    corpus = read_corpus(folder)
    assert [document.source for document in corpus.documents] == ["a.txt"]
    assert [entry.source for entry in corpus.skipped] == ["gone.txt"]


def test_a_pipe_is_skipped_and_never_waited_for(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path, {"a.txt": RAIN})
    os.mkfifo(folder / "pipe.txt")
    assert read_corpus(folder).skipped == (SkippedFile("pipe.txt", "not a regular file"),)


def test_a_folder_that_is_named_like_a_text_is_a_folder(tmp_path: Path) -> None:
    assert list(texts(write_corpus(tmp_path, {"a.txt/b.txt": RAIN}))) == ["a.txt/b.txt"]


def test_a_name_that_is_no_utf_8_is_skipped_and_can_be_printed(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path, {"a.txt": RAIN})
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.txt")).write_text(RAIN)
    (entry,) = read_corpus(folder).skipped
    assert entry.reason == "its name is not valid UTF-8; rename it"
    assert entry.source.encode() == "b\ufffd.txt".encode()


def test_a_huge_file_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 1024 * 1024)
    folder = write_corpus(tmp_path, {"a.txt": RAIN, "b.txt": b"a" * (1024 * 1024 + 1), "c.txt": b"a" * 1024 * 1024})
    assert read_corpus(folder).skipped == (SkippedFile("b.txt", "larger than 1 MiB; split it"),)


def test_front_matter_gives_a_markdown_file_its_address_and_date(tmp_path: Path) -> None:
    matter = "---\ntitle: Rain\nurl: https://example.org/rain\ndate: 2025-01-28\n---\n"
    documents = read_corpus(write_corpus(tmp_path, {"a.md": matter + RAIN, "b.txt": matter + RAIN})).documents
    assert [(d.url, d.published) for d in documents] == [("https://example.org/rain", "2025-01-28"), (None, None)]


def test_two_files_of_the_same_text_are_two_documents(tmp_path: Path) -> None:
    assert texts(write_corpus(tmp_path, {"a.txt": RAIN, "b.txt": RAIN})) == {"a.txt": RAIN, "b.txt": RAIN}


def test_no_folder_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere does not exist; create it, or set QA_BOT_CORPUS_DIR$"):
        read_corpus(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(RAIN)
    with pytest.raises(CorpusError, match=r"a\.txt is not a folder; create it, or set QA_BOT_CORPUS_DIR$"):
        read_corpus(tmp_path / "a.txt")


def test_an_empty_folder_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(
        CorpusError, match=r"^no text or Markdown document in .*; put \.txt or \.md files there, or set"
    ):
        read_corpus(tmp_path)


def test_a_folder_of_unreadable_files_is_an_error_that_gives_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r" \(a\.txt: empty\); put"):
        read_corpus(write_corpus(tmp_path, {"a.txt": "", "b.pdf": "x"}))


def test_hashes_are_those_of_every_file_that_is_a_candidate(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path, {"a.txt": RAIN, "b/c.pdf": b"%PDF", ".d.txt": RAIN})
    os.mkfifo(folder / "pipe.txt")
    assert file_hashes(folder) == {
        "a.txt": hashlib.sha256(RAIN.encode()).hexdigest(),
        "b/c.pdf": hashlib.sha256(b"%PDF").hexdigest(),
    }


def test_there_are_no_hashes_without_a_folder(tmp_path: Path) -> None:
    assert file_hashes(tmp_path / "nowhere") == {}
