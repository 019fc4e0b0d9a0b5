"""Every error that a user can meet.

::

    QaBotError                 one line that names the mend; a surface prints it and exits with 2
    +-- SettingsError          a setting is missing or can't be used
    +-- QuestionError          the question can't be asked (empty, ...)
    +-- CorpusError            no documents to read
    +-- UnknownSourceError     no such document in the index
    +-- ModelError             the model can't be found, loaded or exported
    +-- IndexUnavailableError  there is no index that could be asked
        +-- IndexMissingError      none was built yet
        +-- IndexCorruptError      a file of it is damaged
        +-- IndexMismatchError     it was built with another model or by another version
    +-- IndexBusyError         another build holds the index
    +-- IndexWriteError        the index folder can't be written to
    +-- EvaluationError        a file of questions or figures can't be used
"""

from __future__ import annotations


class QaBotError(Exception):
    """Base of all; its text is one line, written for the person at the keyboard, and names the mend."""


class SettingsError(QaBotError):
    """A setting is missing or can't be used."""


class QuestionError(QaBotError):
    """The question can't be asked."""


class CorpusError(QaBotError):
    """There are no documents to read."""


class UnknownSourceError(QaBotError):
    """No such document in the index."""


class ModelError(QaBotError):
    """The model can't be found, loaded or exported."""


class IndexUnavailableError(QaBotError):
    """There is no index that could be asked."""


class IndexMissingError(IndexUnavailableError):
    """None was built yet."""


class IndexCorruptError(IndexUnavailableError):
    """A file of the index is damaged or missing."""


class IndexMismatchError(IndexUnavailableError):
    """The index was built with another model, or by another version of this program."""


class IndexBusyError(QaBotError):
    """Another build holds the index."""


class IndexWriteError(QaBotError):
    """The index folder can't be written to."""


class EvaluationError(QaBotError):
    """A file of questions or figures can't be used, or what draws and counts the figures is not installed."""
