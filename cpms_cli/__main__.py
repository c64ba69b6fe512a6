"""`python -m cpms_cli` and the command `cpms`: signals are heard from the first moment, while the parts are loaded."""

import gc

from cpms_cli.interrupts import listen_while_loading

_NEW_OBJECTS = 50_000


def main() -> None:
    """Load the command line and run it."""
    listen_while_loading()
    # Loading makes some hundred thousand objects, and nearly all of them stay. To look them through for garbage after
    # every 700 new ones, as Python does, takes a tenth of a short run.
    gc.set_threshold(_NEW_OBJECTS)
    from cpms_cli.cli.main import main as run  # noqa: PLC0415 - heavy, and heard meanwhile

    run()


if __name__ == "__main__":
    main()
