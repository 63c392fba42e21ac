"""The command line: `python -m deepart VERB …`.

Bad input ends with exit status 2 and the sentence that the app would show; the commands are in `deepart.commands`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from deepart.commands import build_parser
from deepart.errors import Cancelled, DeepartError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = build_parser().parse_args(arguments)
    try:
        status = options.command(options)
    except Cancelled as error:
        print(error, file=sys.stderr)
        return 130
    except DeepartError as error:
        print(f"deepart: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(Cancelled(), file=sys.stderr)
        return 130
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
