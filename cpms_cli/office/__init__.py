"""An office is a folder: its settings in `cpms.toml`, its files in `inbox/`, what each person needs in `outbox/`."""
