"""The command line. Each command parses, calls the pipeline and renders; its module is imported when it is run."""

from qa_bot.cli.main import main

__all__ = ["main"]
