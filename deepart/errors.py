"""Errors that people read: one clear sentence each, in the reader's language.

An error is raised with a key of `deepart.text` and the values of its sentence, never with a sentence of its own, so
that the app can say it in the visitor's language and the command line in English.  The app turns them into toasts at
one place (`deepart.ui.events`), the command line into exit status 2.
"""

from __future__ import annotations

from deepart.text import say


class DeepartError(Exception):
    """Base of every error that deepart raises on purpose; `str()` gives the English sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def sentence(self, language: str = "en") -> str:
        """The error as one sentence in `language` ("en" or "zh")."""
        return say(self.key, language, **self.values)

    def __str__(self) -> str:
        return self.sentence("en")


class InputError(DeepartError, ValueError):
    """The input cannot be used; the sentence says what was wrong and what is allowed."""


class WeightsError(DeepartError, RuntimeError):
    """A checkpoint is missing, cannot be reached, or was refused."""


class Cancelled(DeepartError):
    """The work was stopped by the person who asked for it."""

    def __init__(self) -> None:
        super().__init__("error.cancelled")
