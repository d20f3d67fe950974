"""Writes the next entity, or the next field of one, through all layers, as the slice to copy shows it."""
