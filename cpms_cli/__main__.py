"""`python -m cpms_cli` is `cpms`."""

from cpms_cli.cli.main import main

if __name__ == "__main__":
    main()
