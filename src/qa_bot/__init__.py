"""qa_bot answers questions from a folder of documents by quoting them, word for word.

The whole flow, each line one short function of ``qa_bot.pipeline``:

build   files -> Document -> Passage (with its sentences' spans) -> unit vectors + lexical postings
        -> a generation on disk
ask     question (+ history) -> Hit: passages, dense and lexical, fused -> Quote: sentences, ranked, re-checked,
        duplicates folded -> Answer, with a calibrated confidence -> one renderer per surface: terminal, JSON, Discord

No text is generated anywhere: every word that is said of the world is a verbatim quote with the place it stands at.
"""

__version__ = "0.1.0"
