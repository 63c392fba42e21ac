"""The app: `python app.py` on a laptop, or the entry point of a Space."""

from deepart.ui.app import build_app, launch_options

demo = build_app()

if __name__ == "__main__":
    demo.launch(**launch_options())
