"""What pytest must leave alone: projects that are checked, not run."""

collect_ignore = ["fixtures"]
