"""`python -m app.cli`, where the console command is not installed."""

from app.cli.main import main

# Worker processes that are spawned import this file again, under another name.
if __name__ == "__main__":
    main()
