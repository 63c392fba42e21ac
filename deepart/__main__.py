"""The command line: `python -m deepart VERB …`.

Bad input ends with exit status 2 and the sentence that the app would show; the commands are in `deepart.commands`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from deepart.commands import build_parser
from deepart.errors import Cancelled, DeepartError, InputError
from deepart.files import write_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) == "strict":  # a console that lacks a letter must not end the command
            stream.reconfigure(errors="backslashreplace")
    try:
        options = build_parser().parse_args(arguments)
        status = options.command(options)
        sys.stdout.flush()
    except Cancelled as error:
        print(error, file=sys.stderr)
        return 130
    except DeepartError as error:
        print(f"deepart: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still in the buffer
        return 141  # 128 and the number of SIGPIPE, as shells say it
    except OSError as error:
        name = error.filename or "-"
        told = write_error(error, name) or InputError("file.system", name=name, reason=error.strerror or error)
        print(f"deepart: {told}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(Cancelled(), file=sys.stderr)
        return 130
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
