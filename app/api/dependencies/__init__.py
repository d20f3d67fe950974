"""What a controller asks for: session, services, principal and guards."""
