"""What the doors behind the HTTP API share: settings, clients, the caller, and the one mapping of errors to HTTP."""
