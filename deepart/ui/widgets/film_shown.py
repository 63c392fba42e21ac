"""A film that was made, as a page shows it: a player for videos, a picture for what moves by itself, and a download."""

from __future__ import annotations

from typing import Any

import gradio as gr

from deepart.ui.events import translations as t, unread
from deepart.ui.pictures import picture_shown


class FilmShown:
    """The place for a film in the surrounding column, hidden until there is one.

    Args:
        prefix: of its parts' names in the page: PREFIX-video, PREFIX-animation and PREFIX-download.
        label: of the film.
    """

    def __init__(self, prefix: str, label: object) -> None:
        with gr.Column(visible=False) as video_side:
            video = gr.Video(
                label=label,
                format=None,
                interactive=False,
                autoplay=True,
                loop=True,
                buttons=[],
                elem_id=f"{prefix}-video",
            )
        with gr.Column(visible=False) as picture_side:
            picture = picture_shown(label, f"{prefix}-animation", type="filepath")
        download = gr.DownloadButton(
            t("ui.generate.download_film"), interactive=False, size="md", elem_id=f"{prefix}-download"
        )
        unread(download)
        self.outputs = [video_side, video, picture_side, picture, download]
        self.unchanged = (gr.skip(),) * len(self.outputs)

    def showing(self, path: str) -> tuple[Any, ...]:
        """Return what `outputs` become for a file."""
        is_video = path.endswith(".mp4")
        return (
            gr.update(visible=is_video),
            path if is_video else None,
            gr.update(visible=not is_video),
            None if is_video else path,
            gr.update(value=path, interactive=True),
        )
