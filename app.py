"""The app: `python app.py` on a laptop, or the entry point of a Space."""

import logging
import sys

from deepart.errors import DeepartError

logging.basicConfig(format="%(message)s")
logging.getLogger("deepart").setLevel(logging.INFO)

try:
    from deepart.ui.app import build_app, launch_options
    from deepart.ui.serving import temporary

    temporary.claim()
    demo = build_app()
except DeepartError as error:  # a setting that cannot be
    sys.exit(f"deepart: {error}")

if __name__ == "__main__":
    temporary.end_like_interrupt()
    demo.launch(**launch_options(demo))
