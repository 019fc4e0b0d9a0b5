"""From a question to quotes: retrieval, sentences, confidence, and the honest "not in the sources"."""

from qa_bot.answering.answerer import Answerer
from qa_bot.answering.confidence import fitted_threshold

__all__ = ["Answerer", "fitted_threshold"]
