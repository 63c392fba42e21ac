"""The page: Gradio's Blocks with clear errors for invalid requests and a full disk.

Gradio prints a traceback for each, and tells the visitor nothing.
"""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction

from deepart.errors import DeepartError, InputError
from deepart.ui.events import disk_error, language_of, toast

log = logging.getLogger("deepart")


class Page(gr.Blocks):
    """Blocks that say in one sentence why a request was not done."""

    async def process_api(
        self, block_fn: BlockFunction | int, inputs: list[Any], state: Any = None, request: Any = None, **more: Any
    ) -> dict[str, Any]:
        """Do what a request asks for: read its values, call its handler, keep the files of its results."""
        try:
            return await super().process_api(block_fn, inputs, state, request, **more)
        except Exception as error:
            told = error if isinstance(error, DeepartError) else disk_error(error)
            if told is None:
                raise
            raise toast(told, language_of(request)) from error

    async def preprocess_data(self, block_fn: BlockFunction, inputs: list[Any], *state: Any, **more: Any) -> list[Any]:
        """Read the values of a request.

        Raises:
            InputError: there are too few of them, or a component cannot have one of them.
            DeepartError: there is no room for an uploaded file.
        """
        try:
            return await super().preprocess_data(block_fn, inputs, *state, **more)
        except DeepartError:
            raise
        except Exception as error:
            told = disk_error(error)
            if told is None:
                log.info("Refused what was sent to %s: %s", block_fn.name, repr(error)[:200])
                told = InputError("error.request")
            raise told from error
