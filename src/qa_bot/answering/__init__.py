"""From a question to quotes: retrieval, sentences, confidence, and the honest "not in the sources"."""

from qa_bot.answering.answerer import Answerer

__all__ = ["Answerer"]
