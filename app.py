"""The app: `python app.py` on a laptop, or the entry point of a Space."""

import logging

from deepart.ui.app import build_app, launch_options
from deepart.ui.serving import temporary

logging.basicConfig(format="%(message)s")
logging.getLogger("deepart").setLevel(logging.INFO)

temporary.claim()
demo = build_app()

if __name__ == "__main__":
    temporary.end_like_interrupt()
    demo.launch(**launch_options())
