"""HTTP: controllers, their dependencies, and the one module that speaks errors."""
