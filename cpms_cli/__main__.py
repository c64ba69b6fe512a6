"""`python -m cpms_cli` and the command `cpms`: signals are heard from the first moment, while the parts are loaded."""

from cpms_cli.interrupts import listen_while_loading


def main() -> None:
    """Load the command line and run it."""
    listen_while_loading()
    from cpms_cli.cli.main import main as run  # noqa: PLC0415 - heavy, and heard meanwhile

    run()


if __name__ == "__main__":
    main()
