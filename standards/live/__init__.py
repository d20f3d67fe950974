"""What only a running application shows: it is started on a throw-away database, and asked."""
