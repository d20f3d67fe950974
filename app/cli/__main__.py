"""`python -m app.cli`, where the console command is not installed."""

from app.cli.main import main

main()
