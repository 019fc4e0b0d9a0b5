"""What only an evaluation needs is not installed with the bot; that is told before anything is asked."""

from __future__ import annotations

from importlib.util import find_spec

from qa_bot.errors import EvaluationError


def require(*modules: str) -> None:
    """Raise ``EvaluationError``, with the mend, where a module is not installed; nothing is imported."""
    for module in modules:
        if find_spec(module) is None:
            raise EvaluationError(f"this needs {module}, which is not installed: pip install 'qa-bot[evaluation]'")
