"""What many tests need: an index of the seed documents, and small indexes of a test's own documents.

The model is exported once per session, through the pipeline itself; each other index gets that export by hard links.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from qa_bot.pipeline import build_index
from qa_bot.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"

SmallIndex = Callable[[Mapping[str, str | bytes]], Settings]
"""Builds an index of documents (source -> content) and returns the settings that it was built with."""


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Keep the Hub's client from asking the network: what it would answer is no part of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them: their environment, and their ``.env``."""
    for name in [name for name in os.environ if name.startswith("QA_BOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


def write_corpus(folder: Path, documents: Mapping[str, str | bytes]) -> Path:
    """Write documents below ``folder``, text as UTF-8 with its line ends as they are, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for source, content in documents.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def link_export(model_export: Path, index_dir: Path) -> Path:
    """Give an index folder the session's exported model. The files are shared: a test that damages one copies first."""
    shutil.copytree(model_export, index_dir / "models", copy_function=os.link)
    return index_dir


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the seed documents, built with the bundled model. For reading only."""
    index_dir = tmp_path_factory.mktemp("seeds-index")
    build_index(Settings(corpus_dir=SEEDS, index_dir=index_dir))
    return index_dir


@pytest.fixture
def seeds_settings(seeds_index: Path) -> Settings:
    """The settings of the index of the seed documents."""
    return Settings(corpus_dir=SEEDS, index_dir=seeds_index)


@pytest.fixture(scope="session")
def model_export(seeds_index: Path) -> Path:
    """The folder ``models`` of the index of the seed documents. For reading, and for linking from."""
    return seeds_index / "models"


@pytest.fixture
def small_index(tmp_path: Path, model_export: Path) -> SmallIndex:
    """A function that builds an index of a few documents below ``tmp_path``."""

    def build(documents: Mapping[str, str | bytes]) -> Settings:
        settings = Settings(
            corpus_dir=write_corpus(tmp_path / "corpus", documents),
            index_dir=link_export(model_export, tmp_path / "index"),
        )
        build_index(settings)
        return settings

    return build
