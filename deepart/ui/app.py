"""The whole app: one tab for each verb, and one queue for the device."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

# Read by Gradio when the first Blocks is made.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio import routes
from starlette.middleware import Middleware

from deepart import runtime
from deepart.admin.access import is_offered
from deepart.checkpoints import WEIGHTS, models
from deepart.images import MAX_BYTES
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT as CLASSIFIER
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT as GENERATOR, is_available
from deepart.tasks.hub.diffusion import load_now
from deepart.tasks.hub.pipeline_table import find_large
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT
from deepart.ui import samples
from deepart.ui.address import add_address, facts
from deepart.ui.admin.tab import build_admin_tab
from deepart.ui.blend.tab import build_blend_tab
from deepart.ui.classify.tab import build_classify_tab
from deepart.ui.events import stops_of, translations as t
from deepart.ui.generate.tab import build_generate_tab
from deepart.ui.how_panel import add_how_panel
from deepart.ui.large.endpoint import add_repaint_endpoint
from deepart.ui.restore.tab import build_restore_tab
from deepart.ui.rooms import connect
from deepart.ui.serving import health, housekeeping, visitors
from deepart.ui.serving.guard import Guard
from deepart.ui.serving.page import Page
from deepart.ui.serving.turns import FairQueue
from deepart.ui.theme import STYLE_CSS, make_theme, page_script
from deepart.ui.transfer.tab import build_transfer_tab

log = logging.getLogger("deepart")

MOST_SHOWING_PROGRESS = 4
"""Outputs of one event that show its progress; of an event that has more, the first one shows it."""


def build_app() -> gr.Blocks:
    """Return the app, ready to be launched with `launch_options(demo)`."""
    # Gradio asks itself whether it is up, which must not go through a proxy.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1,::1,0.0.0.0"]))
    housekeeping.bound_heaps()  # before there are threads
    housekeeping.keep_pictures_whole()
    settings = runtime.settings()
    models.limit(settings.model_cache_mb << 20)
    if settings.trusted_proxies or "FORWARDED_ALLOW_IPS" not in os.environ:
        # Read by uvicorn, which else believes whatever programs of this machine, such as a proxy, pass on.
        os.environ["FORWARDED_ALLOW_IPS"] = settings.trusted_proxies
    age = 60 * settings.keep_files_minutes
    with Page(title="deepart", delete_cache=(max(60, age // 4), age)) as demo:
        gr.Markdown(t("ui.masthead"), elem_id="masthead")
        link = gr.Button(t("ui.copy_link"), size="sm", min_width=0, elem_id="copy-link")
        link.click(None, js="() => window.deepart?.copyLink()", api_visibility="private", queue=False)
        names = [*(["generate"] if is_available() else []), "transfer", "blend", "classify", "restore"]
        names += ["admin"] if is_offered() else []
        with gr.Tabs(selected="transfer", overflow_behavior="wrap", elem_id="rooms") as tabs:
            rooms = {name: gr.Tab(t(f"ui.tab.{name}"), id=name, elem_id=f"tab-{name}") for name in names}
        with rooms["transfer"]:
            transfer, fitting = build_transfer_tab()
        with rooms["blend"]:
            blend = build_blend_tab(fitting, tabs)
        with rooms["classify"]:
            classify = build_classify_tab(rooms["classify"])
        with rooms["restore"]:
            restore = build_restore_tab(rooms["restore"])
        connected = {"transfer": transfer, "blend": blend, "classify": classify, "restore": restore}
        if "generate" in rooms:
            with rooms["generate"]:
                connected["generate"] = build_generate_tab(rooms["generate"])
        connect(connected, tabs)
        if "admin" in rooms:
            with rooms["admin"]:
                build_admin_tab()
        unseen = gr.HTML('<section id="history" hidden></section>', padding=False)  # filled by page/history.js
        add_how_panel()
        add_address(demo)
        gr.Markdown(t("ui.privacy"), elem_classes="hint", elem_id="privacy")
        add_repaint_endpoint()
        gr.api(health.report, api_name="health", concurrency_id="device", concurrency_limit=1)
    # With every message of the queue, Gradio's page looks in its whole tree for each component that has ever shown the
    # progress of an event, or could have: so few are to show it.
    for event in demo.fns.values():
        if event.outputs and event.show_progress == "hidden":
            event.show_progress_on = [unseen]
        elif len(event.outputs) > MOST_SHOWING_PROGRESS:
            event.show_progress_on = event.outputs[:1]
    demo.api_open = False  # Gradio's `queue` would do it, and make its whole server anew
    demo._queue = FairQueue(demo, settings.max_waiting, 60 * settings.max_job_minutes)
    if settings.zero_gpu:
        _load_all()
    return demo


def launch_options(demo: gr.Blocks) -> dict[str, Any]:
    """Return the arguments of `demo.launch`."""
    return {
        "server_name": runtime.settings().host,
        "theme": make_theme(),
        "css_paths": STYLE_CSS,
        "js": page_script(facts(demo), named_styles(DEFAULT_CHECKPOINT), stops_of(demo)),
        "i18n": t,
        "max_file_size": MAX_BYTES,
        "show_error": False,
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "share": False,
        "mcp_server": bool(runtime.settings().mcp),
        "footer_links": ["api"],
        "blocked_paths": [str(WEIGHTS), str(runtime.settings().admin_folder)],
        "state_session_capacity": 1000,
        "app_kwargs": {
            "routes": [health.route, visitors.route],
            "middleware": [Middleware(Guard)],
            "lifespan": _lifespan,
        },
    }


def _load_all() -> None:
    """Load on ZeroGPU what visitors need; later, weights cannot reach the GPU any more."""
    for key in (DEFAULT_CHECKPOINT, CLASSIFIER, *([GENERATOR] if is_available() else [])):
        models.get(key, str(runtime.device()))
    if runtime.settings().large_model:
        load_now(find_large(runtime.settings().large_model).repo)


PREPARING = "deepart-preparing"
"""Name of the thread that paints the first pictures once the server has started."""


@asynccontextmanager
async def _lifespan(app: routes.App) -> AsyncIterator[None]:
    async with housekeeping.lifespan(app):
        if not runtime.settings().zero_gpu:
            # Not earlier: what it imports would take the time in which the page is made.
            threading.Thread(target=_paint_first, name=PREPARING).start()
        yield


def _paint_first() -> None:
    """Paint what the first visitor sees."""
    try:
        log.info("Painting on %s in %s", runtime.device(), runtime.precision_name())
        samples.first_picture()
        samples.first_blend()
    except Exception:  # whoever asks for it next is told; the app itself must start
        log.exception("The first picture could not be painted")
