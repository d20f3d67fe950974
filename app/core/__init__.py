"""What every layer above stands on: settings, database, errors, identity, secrets."""
