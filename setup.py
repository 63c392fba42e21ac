"""Put the bundled weights into the package that is built, where `deepart.checkpoints.WEIGHTS` finds them."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithWeights(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:  # there they lie beside the package
            shutil.copytree("weights", Path(self.build_lib) / "deepart" / "weights", dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithWeights})
