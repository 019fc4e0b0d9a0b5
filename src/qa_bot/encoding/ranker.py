"""The ranker that is set, opened: the bundled passage reader, or any CrossEncoder."""

from __future__ import annotations

from pathlib import Path

from qa_bot.durable import read_self_sealed
from qa_bot.encoding.cross_encoder import CrossEncoderRanker
from qa_bot.encoding.engine import check_files
from qa_bot.encoding.passage_reader import READS_PASSAGES, PassageReader
from qa_bot.encoding.statements import INSTALL_ANEW, Ranker
from qa_bot.errors import ModelError


def bundled_ranker() -> Path:
    """Where the ranker lies that comes with this package."""
    return Path(__file__).with_name("bundled_ranker")


def open_ranker(folder: Path, cache: Path) -> Ranker:
    """Open the ranker in ``folder``: a model, its tokenizer and their seals; what is compiled is kept in ``cache``.

    Raises ``ModelError`` where a file is missing or damaged.
    """
    try:
        manifest = read_self_sealed(folder / "export.json")
        check_files(folder, {"tokenizer.json": manifest["files"]["tokenizer.json"]}, mend=INSTALL_ANEW)
        if manifest.get("reads") == READS_PASSAGES:
            return PassageReader(folder, manifest, cache)
        return CrossEncoderRanker(folder, manifest, cache)
    except FileNotFoundError:
        raise ModelError(
            f"there is no sentence ranker in {folder}; set QA_BOT_RANKER to none, or to a CrossEncoder"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the sentence ranker in {folder} can't be read ({error}); {INSTALL_ANEW}") from None
