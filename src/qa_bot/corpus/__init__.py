"""From files to passages: reading, and splitting along paragraphs and sentences. Knows no model and no index."""

from qa_bot.corpus.reading import Corpus, can_be_read, file_hashes, read_corpus
from qa_bot.corpus.splitting import SPLITTER_VERSION, split_document

__all__ = ["SPLITTER_VERSION", "Corpus", "can_be_read", "file_hashes", "read_corpus", "split_document"]
